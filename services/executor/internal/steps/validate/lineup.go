package validate

import (
	"cmp"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// verdicts are one for each pair of the file, in its order, and for each that
// people added. Settled are those that people rejected or that repeat an
// earlier one.
func (src source) verdicts(run *steps.Run) []*verdict {
	generated := pairs.Entries(src.pairs, src.index)
	standing := pairs.ApplyPeople(generated, run.Pairs)
	entry := entriesOf(generated, standing)
	l := lineup{lang: run.Language(), first: map[string]*verdict{}}
	for _, p := range src.pairs {
		l.add(entry(p), &p)
	}
	for _, p := range standing {
		if l.first[p.ID] == nil {
			l.add(p, nil)
		}
	}
	return l.all
}

// entriesOf finds what is known of a pair of the file. One whose place a
// person's pair took is known by its text alone.
func entriesOf(generated, standing []events.Pair) func(pairs.Pair) events.Pair {
	ids := map[string]string{} // by content
	for _, p := range generated {
		ids[pairs.ID(p.Question, p.SQL)] = p.ID
	}
	known := map[string]events.Pair{}
	for _, p := range standing {
		known[p.ID] = p
	}
	return func(p pairs.Pair) events.Pair {
		content := pairs.ID(p.Question, p.SQL)
		id := cmp.Or(ids[content], content)
		if entry, ok := known[id]; ok {
			return entry
		}
		return events.Pair{ID: id, Question: p.Question, SQL: p.SQL}
	}
}

// lineup is verdicts as they are put one behind the other.
type lineup struct {
	lang  events.Language
	all   []*verdict
	first map[string]*verdict // by the pair's ID
}

// add puts a pair at the end; was is what the pair file holds of it.
func (l *lineup) add(p events.Pair, was *pairs.Pair) {
	v := newVerdict(len(l.all)+1, p, was, l.lang)
	l.all = append(l.all, v)
	if earlier := l.first[p.ID]; earlier == nil {
		l.first[p.ID] = v
	} else if !v.rejected() {
		v.repeats(earlier, l.lang)
	}
}

func newVerdict(number int, p events.Pair, was *pairs.Pair, lang events.Language) *verdict {
	v := &verdict{Number: number, ID: p.ID, Question: p.Question, SQL: p.SQL, entry: p, was: was}
	if p.Decision == events.DecisionRejected {
		v.ErrorType = reasonRejected
		v.Message = lang.Sprintf("已被 %s 拒绝", "rejected by %s", p.DecidedBy)
		if p.Note != "" {
			v.Message += lang.Pick("：", ": ") + p.Note
		}
	}
	return v
}
