package projection

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/citu/datapipeline/events"
)

// Pairs are the pairs of a task that people touched, by id.
type Pairs map[string]Pair

// Pair is a pair as people left it. Its Source is events.SourcePerson where a
// person wrote the text; otherwise a person only decided about it, and the text
// is what that person saw.
type Pair struct {
	events.Pair
	// First and Version are the sequences of the first and of the newest event
	// about the pair.
	First   uint64 `json:"first_seq"`
	Version uint64 `json:"last_seq"`
}

// ApplyPair folds one event into the pairs of a task and returns them as they
// are then. Like append it may change p, of which only what it returns is to be
// used: a task can have thousands of pairs. Events must come in the stream's
// order; one that was folded already changes nothing.
func ApplyPair(p Pairs, e events.Event) Pairs {
	switch d := e.Data.(type) {
	case events.PairEvent:
		before := p[d.Change().PairID]
		if before.Version != 0 && e.Sequence <= before.Version {
			return p
		}
		if p == nil {
			p = Pairs{}
		}
		p[d.Change().PairID] = before.apply(d, e.Sequence)
	case *events.TaskDeleted:
		return nil
	}
	return p
}

func (p Pair) apply(e events.PairEvent, seq uint64) Pair {
	c := e.Change()
	next := Pair{First: cmp.Or(p.First, seq), Version: seq}
	next.Pair = events.Pair{ID: c.PairID, Question: c.Question, SQL: c.SQL, Theme: c.Theme,
		Tables: append([]string{}, c.Tables...), Shapes: append([]string{}, c.Shapes...),
		Difficulty: c.Difficulty, Source: c.Source, Note: c.Note}
	switch d := e.(type) {
	case *events.PairAdded:
		next.Check, next.WrittenBy = d.Check, c.Actor
	case *events.PairEdited:
		next.Check, next.WrittenBy = d.Check, c.Actor
	case *events.PairReviewed:
		next.Check, next.WrittenBy = p.Check, p.WrittenBy
		next.Pair = decided(next.Pair, d.Decision, c.Actor, c.At)
	}
	return next
}

// decided is a pair with a decision about it, or with none.
func decided(p events.Pair, decision, actor string, at time.Time) events.Pair {
	if p.Decision = decision; decision != "" {
		p.DecidedBy, p.DecidedAt = actor, &at
	}
	return p
}

// List returns the pairs in the order in which people first touched them.
func (p Pairs) List() []events.Pair {
	list := make([]events.Pair, 0, len(p))
	for _, pair := range slices.SortedFunc(maps.Values(p), func(a, b Pair) int { return cmp.Compare(a.First, b.First) }) {
		list = append(list, pair.Pair)
	}
	return list
}
