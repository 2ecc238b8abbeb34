package quality

import (
	"cmp"
	"maps"
	"slices"

	"github.com/citu/datapipeline/events"
)

// The orders in which counts are shown; what is not in them follows by name.
var (
	shapeOrder = []string{events.ShapeFilter, events.ShapeGroup, events.ShapeOrder, events.ShapeJoin, events.ShapeDeepJoin,
		events.ShapeSubquery, events.ShapeAntiJoin, events.ShapeWindow, events.ShapeSetOperation, events.ShapeDateArithmetic}
	difficultyOrder = []string{events.DifficultyEasy, events.DifficultyMedium, events.DifficultyHard}
	sourceOrder     = []string{events.SourceRules, events.SourceModel, events.SourcePerson}
	verdictOrder    = []string{events.VerdictValid, events.VerdictEmpty, events.VerdictError, events.VerdictTooExpensive, events.VerdictDuplicate}
	rungOrder       = []string{events.RungStatement, events.RungNames, events.RungPlan, events.RungCost, events.RungRun}
)

// spread counts the usable pairs by kind.
func (m *measurement) spread() {
	shapes, difficulties, sources := tally{}, tally{}, tally{}
	for _, p := range m.good {
		shapes.add(p.Shapes...)
		difficulties.add(p.Difficulty)
		sources.add(p.Source)
		if p.Reused {
			m.report.Spread.Reused++
		}
	}
	s := &m.report.Spread
	s.Shapes = shapes.counts(shapeOrder, len(m.good))
	s.Difficulties = difficulties.counts(difficultyOrder, len(m.good))
	s.Sources = sources.counts(sourceOrder, len(m.good))
	s.Themes = themes(m.pairs, m.good)
}

// themes are in the order of their first pairs.
func themes(all, good []events.Pair) []Theme {
	list, place := []Theme{}, map[string]int{}
	for _, p := range all {
		if _, ok := place[p.Theme]; !ok {
			place[p.Theme] = len(list)
			list = append(list, Theme{Name: p.Theme})
		}
		list[place[p.Theme]].Pairs++
	}
	tables := make([]map[string]bool, len(list))
	for _, p := range good {
		i := place[p.Theme]
		list[i].Usable++
		for _, table := range p.Tables {
			if tables[i] == nil {
				tables[i] = map[string]bool{}
			}
			tables[i][table] = true
		}
	}
	for i := range list {
		list[i].Tables = len(tables[i])
	}
	return list
}

// tally counts names.
type tally map[string]int

func (t tally) add(names ...string) {
	for _, name := range names {
		if name != "" {
			t[name]++
		}
	}
}

// counts are those of the names in an order, also where they are 0, then of the
// others.
func (t tally) counts(order []string, whole int) []Count {
	out := []Count{}
	for _, name := range order {
		out = append(out, Count{name, t[name], ratio(float64(t[name]), whole)})
	}
	rest := slices.DeleteFunc(slices.Collect(maps.Keys(t)), func(name string) bool { return slices.Contains(order, name) })
	slices.SortFunc(rest, func(a, b string) int { return cmp.Or(cmp.Compare(t[b], t[a]), cmp.Compare(a, b)) })
	for _, name := range rest {
		out = append(out, Count{name, t[name], ratio(float64(t[name]), whole)})
	}
	return out
}

// validate counts what the checks found of all pairs.
func (m *measurement) validate() {
	v := &m.report.Validation
	verdicts, rungs, errors := tally{}, tally{}, tally{}
	checked := 0
	v.Repaired, v.Refused = []Listed{}, []Listed{}
	for _, p := range m.pairs {
		if p.Check == nil {
			if p.Decision != events.DecisionRejected { // else nobody wants to know
				v.Unchecked++
			}
			continue
		}
		checked++
		verdicts.add(p.Check.Verdict)
		rungs.add(p.Check.Rung)
		errors.add(p.Check.ErrorType)
		m.list(p)
	}
	v.Verdicts, v.Rungs, v.Errors = verdicts.counts(verdictOrder, checked), rungs.counts(rungOrder, checked), errors.counts(nil, checked)
	v.Empty, v.Duplicates = verdicts[events.VerdictEmpty], verdicts[events.VerdictDuplicate]
	v.Passed = ratio(float64(verdicts[events.VerdictValid]+v.Empty), checked)
	if v.Unchecked > 0 {
		m.problem("%d 个问答对没有经过验证", "pairs that were not checked: %d", v.Unchecked)
	}
}

// list names a pair that was repaired or refused.
func (m *measurement) list(p events.Pair) {
	v := &m.report.Validation
	entry := Listed{PairID: p.ID, Question: p.Question, SQL: p.SQL, Rung: p.Check.Rung, SQLState: p.Check.SQLState, Message: p.Check.Message, Diff: p.Check.Diff}
	passed := p.Check.Verdict == events.VerdictValid || p.Check.Verdict == events.VerdictEmpty
	switch {
	case passed && p.Check.OriginalSQL != "" && len(v.Repaired) < maxListed:
		v.Repaired = append(v.Repaired, entry)
	case !passed && len(v.Refused) < maxListed:
		v.Refused = append(v.Refused, entry)
	}
}

// people counts what people wrote and decided.
func (m *measurement) people() {
	for _, p := range m.pairs {
		if p.Source == events.SourcePerson {
			m.report.People.Written++
		}
		switch p.Decision {
		case events.DecisionApproved:
			m.report.People.Approved++
		case events.DecisionRejected:
			m.report.People.Rejected++
		}
	}
}
