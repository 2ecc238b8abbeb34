package validate

import (
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

// repeats makes v a duplicate of an earlier pair.
func (v *verdict) repeats(earlier *verdict, lang events.Language) {
	v.Verdict, v.Rung, v.ErrorType, v.SQLState, v.Hint, v.Position, v.Cost = events.VerdictDuplicate, "", reasonDuplicate, "", "", 0, 0
	v.Repaired, v.RepairedVerdict, v.Suggested, v.Diff = "", "", "", ""
	v.Message = lang.Sprintf("与第 %d 对重复", "the same as pair %d", earlier.Number)
	v.DuplicateOf = earlier.Number
}

// settleDuplicates finds pairs that came to be the same, by repairs or by
// people's edits: equal are question and SQL by their normal forms. The first
// stays, unless people wrote or approved another. Other questions for the same
// SQL stay too; they are what people may ask.
func settleDuplicates(verdicts []*verdict, modify bool, lang events.Language) {
	first := map[string]*verdict{}
	pass := func(theirs bool) {
		for _, v := range verdicts {
			if v.settled() || pairs.ByPeople(v.entry) != theirs {
				continue
			}
			id := pairs.ID(v.Question, v.standing(modify))
			if earlier := first[id]; earlier != nil {
				v.repeats(earlier, lang)
				continue
			}
			first[id] = v
		}
	}
	pass(true)
	pass(false)
	for _, v := range verdicts {
		if v.duplicate() {
			v.Valid = verdicts[v.DuplicateOf-1].passes(modify)
		}
	}
}
