package qa

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/ask"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// ask asks about every theme. Some may fail, not all.
func (w *work) ask(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	answers, wait := w.model.questions(ctx, w.themes)
	defer wait()
	defer cancel()
	for i := range w.themes {
		n, err := w.about(ctx, &w.themes[i], answers(i))
		if err != nil {
			return err
		}
		w.themes[i].asked = n
		w.said(w.themes[i], n)
		w.Progress(i+1, len(w.themes))
	}
	if len(w.made.pairs) == 0 {
		return steps.Fail(events.ClassDatabase, "no_questions", w.Language().Pick(
			"没有一个主题能生成问题，请检查数据库账号是否有权读取这些表。",
			"No theme gave any question; check that the database account may read the tables."), errors.New("all themes failed"))
	}
	return w.more(ctx)
}

// said tells what came of a theme.
func (w *work) said(th subject, n int) {
	if n > 0 {
		w.Log.Info(w.Language().Sprintf("主题“%[1]s”：%[2]d 个问题", "Theme %[1]q: %[3]s", th.Name, n, counted(n, "question")))
		return
	}
	w.failed = append(w.failed, th.Name)
	if w.made.full() {
		w.Log.Warn(w.Language().Sprintf("主题“%s”没有生成问题：已达到每个任务 %d 个问题的上限", "No questions about the theme %q: the limit of %d questions per task is reached", th.Name, MaxQuestions))
		return
	}
	w.Log.Warn(w.Language().Sprintf("主题“%s”没有生成问题：其中的表无法读取", "No questions about the theme %q: its tables cannot be read", th.Name))
}

// counted is a number of things in English: "1 question", "2 questions".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// about keeps what was taken over and what the model made of a theme and fills
// up by rule, so that every table of its focus is asked about. It returns the
// number of pairs.
func (w *work) about(ctx context.Context, th *subject, answered []pairs.Pair) (int, error) {
	before := len(w.made.pairs)
	for _, p := range th.kept {
		w.made.keep(p)
	}
	if len(th.kept) > 0 {
		return len(w.made.pairs) - before, ctx.Err()
	}
	rivals := 0
	for _, p := range answered {
		if w.crowdsOut(p, th, w.made.pairs[before:]) {
			w.model.refuse(refusedNumber, 1)
			w.model.turnDown(th.Name, p, refusedNumber, "")
			continue
		}
		if !w.made.add(p, th.Name, events.SourceModel) {
			rivals++
			w.model.turnDown(th.Name, p, refusedRival, "")
		}
	}
	w.model.repeated(th, rivals)
	have := len(w.made.pairs) - before
	rest, err := w.byRule(ctx, th, th.part-have, w.made.pairs[before:])
	for _, q := range rest {
		w.made.add(q.Pair, th.Name, events.SourceRules)
	}
	return len(w.made.pairs) - before, err
}

// rounds are how often questions without an answer are replaced.
const rounds = 12

// crowdsOut says that a pair would leave no room to ask about every table of a
// theme, where the number of questions is not to be exceeded.
func (w *work) crowdsOut(p pairs.Pair, th *subject, have []events.Pair) bool {
	if !w.amount.said() || th.part < len(th.Focus) {
		return false
	}
	reads, _, _ := pairs.Describe(p.SQL, w.schema)
	before := len(w.covered(th.Focus, have))
	after := len(w.covered(th.Focus, append(slices.Clip(have), events.Pair{Tables: reads})))
	return after == before && len(have)+1+len(th.Focus)-after > th.part
}

// byRule chooses want questions by rule; as many as it takes to ask about every
// table that the pairs in hand do not read, unless a number is not to be exceeded.
func (w *work) byRule(ctx context.Context, th *subject, want int, have []events.Pair) ([]ask.Question, error) {
	all, err := ask.About(ctx, w.db, th.Theme)
	if err != nil {
		return nil, err
	}
	covered := w.covered(th.Focus, have)
	if all.Cover(covered...); !w.amount.said() {
		want = max(want, len(th.Focus)-len(covered))
	}
	all.After(&w.spread)
	chosen, err := w.choose(ctx, all, want, w.made.rival)
	w.spread.Add(chosen)
	return chosen, err
}

// choose replaces questions that have no answer in the database, as long as
// there are others.
func (w *work) choose(ctx context.Context, all *ask.Candidates, want int, taken func(pairs.Pair) bool) ([]ask.Question, error) {
	for round := 1; ; round++ {
		chosen := all.Choose(want, taken)
		empty, err := w.probe.unanswered(ctx, chosen)
		if err != nil || len(empty) == 0 || round == rounds {
			return slices.DeleteFunc(chosen, func(q ask.Question) bool { return empty[q.SQL] }), err
		}
		for sql := range empty {
			all.Refuse(sql)
		}
	}
}

// covered are those of the tables that pairs read.
func (w *work) covered(tables []*profile.Table, list []events.Pair) []*profile.Table {
	read := map[string]bool{}
	for _, p := range list {
		for _, name := range p.Tables {
			read[name] = true
		}
	}
	var out []*profile.Table
	for _, t := range tables {
		if read[t.FullName().String()] {
			out = append(out, t)
		}
	}
	return out
}
