package pairs

import (
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// ApplyPeople lets people have the last word over a list of pairs. An entry of
// theirs lies over the one with its ID, as projection.Overlay does it. Pairs
// that they wrote or approved and that are not in the list follow at its end, in
// their order. A pair of the list whose question or SQL is that of such a pair,
// by normal form, is left out; what people wrote or approved never is.
//
// The list is not changed. Applying the same people again changes nothing.
func ApplyPeople(list, people []events.Pair) []events.Pair {
	byID := make(map[string]events.Pair, len(people))
	questions, statements := map[string]string{}, map[string]string{}
	for _, p := range people {
		byID[p.ID] = p
		if ByPeople(p) && p.Decision != events.DecisionRejected {
			questions[NormalQuestion(p.Question)], statements[NormalSQL(p.SQL)] = p.ID, p.ID
		}
	}
	rival := func(owner, id string) bool { return owner != "" && owner != id && !ByPeople(byID[id]) }
	out, seen := make([]events.Pair, 0, len(list)+len(people)), map[string]bool{}
	for _, p := range list {
		if rival(questions[NormalQuestion(p.Question)], p.ID) || rival(statements[NormalSQL(p.SQL)], p.ID) {
			continue
		}
		if theirs, ok := byID[p.ID]; ok {
			p = described(projection.Overlay(p, theirs))
		}
		seen[p.ID] = true
		out = append(out, p)
	}
	for _, p := range people {
		if ByPeople(p) && !seen[p.ID] {
			seen[p.ID] = true
			out = append(out, described(p))
		}
	}
	return out
}

// ByPeople says that people wrote or approved a pair: it is one of the task's
// even if nothing else made it, and its text is theirs to change.
func ByPeople(p events.Pair) bool {
	return p.Source == events.SourcePerson || p.Decision == events.DecisionApproved
}

// described fills in what the SQL says of a pair, where it is not said.
func described(p events.Pair) events.Pair {
	if p.Difficulty == "" {
		p.Tables, p.Shapes, p.Difficulty = Describe(p.SQL, nil)
	}
	return p
}
