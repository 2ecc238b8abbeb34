package quality

import (
	"cmp"
	"context"
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/corpus"
)

// Store finds documents as Vanna does: the nearest of a kind, whichever database
// they are about.
type Store interface {
	// Search returns the documents of a kind nearest to a vector, at most k, the
	// nearest first; own asks for those of the task's database alone.
	Search(ctx context.Context, kind string, vector []float32, k int, own bool) ([]Found, error)
}

// Found is a document that a search found.
type Found struct {
	PairID string // of a pair
	// Tables are those of the task's database that it leads to.
	Tables []string
}

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

// depths are the k at which recall is measured, in order.
var depths = []int{1, 3, 5, 10}

// maxQuestions bounds how many questions are measured.
const maxQuestions = 200

// attempt is a question with the ranks at which its tables are found, 0 where
// they are not.
type attempt struct {
	events.Pair
	pages, own, pairs []int
}

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

// at5 is the recall that is told first.
func at5(r []Recall) Recall { return r[2] }

// attempts searches for each question.
func (m *measurement) attempts(ctx context.Context, asked []events.Pair) ([]attempt, error) {
	store := m.in.Store
	if store == nil {
		memory, err := newMemory(ctx, m.run, m.in.Embedder, m.good, m.file)
		if err != nil {
			return nil, err
		}
		store = memory
	}
	questions := make([]string, len(asked))
	for i, p := range asked {
		questions[i] = p.Question
	}
	vectors, err := m.in.Embedder.Embed(ctx, questions)
	if err != nil {
		return nil, err
	}
	attempts := make([]attempt, len(asked))
	for i, p := range asked {
		if attempts[i], err = try(ctx, store, p, vectors[i]); err != nil {
			return nil, err
		}
	}
	return attempts, nil
}

// try makes the searches of a question.
func try(ctx context.Context, store Store, p events.Pair, vector []float32) (attempt, error) {
	a := attempt{p, make([]int, len(p.Tables)), make([]int, len(p.Tables)), make([]int, len(p.Tables))}
	deepest := depths[len(depths)-1]
	for _, kind := range []string{events.TrainingDDL, events.TrainingDocumentation} {
		for own, ranks := range map[bool][]int{false: a.pages, true: a.own} {
			found, err := store.Search(ctx, kind, vector, deepest, own)
			if err != nil {
				return a, err
			}
			rank(ranks, p.Tables, found)
		}
	}
	found, err := store.Search(ctx, events.TrainingSQL, vector, deepest+1, false)
	if err != nil {
		return a, err
	}
	found = slices.DeleteFunc(found, func(f Found) bool { return f.PairID == p.ID })
	rank(a.pairs, p.Tables, found[:min(deepest, len(found))])
	return a, nil
}

// rank keeps the best place of each table.
func rank(ranks []int, tables []string, found []Found) {
	for place, f := range found {
		for _, table := range f.Tables {
			if i := slices.Index(tables, table); i >= 0 && (ranks[i] == 0 || place+1 < ranks[i]) {
				ranks[i] = place + 1
			}
		}
	}
}

// within is the share of the ranks that are found at k.
func within(ranks []int, k int) float64 {
	n := 0
	for _, r := range ranks {
		if r > 0 && r <= k {
			n++
		}
	}
	return float64(n) / float64(len(ranks))
}

func pagesOf(a attempt) []int { return a.pages }
func ownOf(a attempt) []int   { return a.own }
func pairsOf(a attempt) []int { return a.pairs }

func recalls(attempts []attempt, of func(attempt) []int) []Recall {
	out := make([]Recall, len(depths))
	for i, k := range depths {
		var sum, complete float64
		for _, a := range attempts {
			found := within(of(a), k)
			sum += found
			if found == 1 {
				complete++
			}
		}
		out[i] = Recall{k, ratio(sum, len(attempts)), ratio(complete, len(attempts))}
	}
	return out
}

// byTheme groups by theme: those first whose questions find least among five,
// else in the order of their first questions.
func byTheme(attempts []attempt) []ThemeRecall {
	out, groups := []ThemeRecall{}, map[string][]attempt{}
	for _, a := range attempts {
		if groups[a.Theme] == nil {
			out = append(out, ThemeRecall{Theme: a.Theme})
		}
		groups[a.Theme] = append(groups[a.Theme], a)
	}
	for i, t := range out {
		out[i].Questions, out[i].Pages = len(groups[t.Theme]), recalls(groups[t.Theme], pagesOf)
	}
	slices.SortStableFunc(out, func(a, b ThemeRecall) int { return cmp.Compare(*at5(a.Pages).Recall, *at5(b.Pages).Recall) })
	return out
}

func worst(attempts []attempt) []Missed {
	deepest := depths[len(depths)-1]
	missed := []Missed{}
	for _, a := range attempts {
		entry := Missed{PairID: a.ID, Question: a.Question, Theme: a.Theme, Tables: a.Tables, Recall: *ratio(within(a.pages, deepest), 1)}
		for i, r := range a.pages {
			if r == 0 || r > deepest {
				entry.Missing = append(entry.Missing, a.Tables[i])
			}
		}
		if len(entry.Missing) > 0 {
			missed = append(missed, entry)
		}
	}
	slices.SortStableFunc(missed, func(a, b Missed) int { return cmp.Compare(a.Recall, b.Recall) })
	return missed[:min(maxListed, len(missed))]
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

// leads is what a document tells a search.
func leads(d corpus.Document) Found {
	f := Found{Tables: corpus.Leads(d.Kind, d.Tables)}
	if d.Pair != nil {
		f.PairID = d.Pair.ID
	}
	return f
}
