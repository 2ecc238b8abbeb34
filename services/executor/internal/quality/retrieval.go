package quality

import (
	"context"
	"slices"

	"github.com/citu/datapipeline/events"
)

// Retrieval says how well questions find what answering them takes. For each
// question, the search is made once in each collection, as Vanna does, and the
// tables of its own SQL are looked for among those of the k nearest documents
// of each.
type Retrieval struct {
	// MeasuredIn is "store", with all that it holds, or "memory", over the task's
	// own documents.
	MeasuredIn string `json:"measured_in"`
	Embedder   string `json:"embedder"`
	// Questions are those measured, evenly taken of all Of with tables.
	Questions int `json:"questions"`
	Of        int `json:"of"`
	// Pages searches DDL and documentation, Pairs the other questions: the
	// question's own pair never counts. OwnPages is Pages among the documents of
	// the task's database alone, so that what else a store holds does not matter.
	Pages    []Recall      `json:"pages"`
	OwnPages []Recall      `json:"own_pages"`
	Pairs    []Recall      `json:"pairs"`
	Themes   []ThemeRecall `json:"themes"` // by Pages, those first that find least
	// Worst are the questions whose tables Pages finds least of, at most
	// maxListed; those that find all within the greatest k are not among them.
	Worst []Missed `json:"worst"`
}

// Recall is, over questions, the mean share of a question's tables that are
// found within K, and the share of questions all of whose tables are.
type Recall struct {
	K        int      `json:"k"`
	Recall   *float64 `json:"recall"`
	Complete *float64 `json:"complete"`
}

// ThemeRecall is the recall of a theme's questions.
type ThemeRecall struct {
	Theme     string   `json:"theme"`
	Questions int      `json:"questions"`
	Pages     []Recall `json:"pages"`
}

// Missed is a question some of whose tables are not found.
type Missed struct {
	PairID   string   `json:"pair_id"`
	Question string   `json:"question"`
	Theme    string   `json:"theme,omitempty"`
	Tables   []string `json:"tables"`
	Missing  []string `json:"missing"`
	Recall   float64  `json:"recall"`
}

// maxQuestions bounds how many questions are measured.
const maxQuestions = 200

// retrieval measures how well the usable questions find their tables.
func (m *measurement) retrieval(ctx context.Context) error {
	asked := slices.DeleteFunc(slices.Clone(m.good), func(p events.Pair) bool { return len(p.Tables) == 0 })
	if len(asked) == 0 {
		m.problem("没有可用于检索评估的问题", "there is no question to measure retrieval by")
		return nil
	}
	attempts, err := m.attempts(ctx, evenly(asked, maxQuestions))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		m.problem("检索效果未能评估：%v", "retrieval could not be measured: %v", err)
		return nil
	}
	m.report.Retrieval = &Retrieval{
		MeasuredIn: "memory", Embedder: m.in.Embedder.Name(), Questions: len(attempts), Of: len(asked),
		Pages: recalls(attempts, pagesOf), OwnPages: recalls(attempts, ownOf), Pairs: recalls(attempts, pairsOf), Themes: byTheme(attempts), Worst: worst(attempts),
	}
	if m.in.Store != nil {
		m.report.Retrieval.MeasuredIn = "store"
	}
	return nil
}

// evenly takes at most n of a list, from all of it.
func evenly(list []events.Pair, n int) []events.Pair {
	if len(list) <= n {
		return list
	}
	out := make([]events.Pair, n)
	for i := range out {
		out[i] = list[i*len(list)/n]
	}
	return out
}
