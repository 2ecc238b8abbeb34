package pairlist

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// Whatever steps made and people said: every id is there once, what was made
// keeps its order, and people have the last word.
func TestPeopleHaveTheLastWord(t *testing.T) {
	ids := rapid.SampledFrom([]string{"p_1", "p_2", "p_3", "p_4", "p_5"})
	rapid.Check(t, func(t *rapid.T) {
		var made []events.Pair
		for _, id := range rapid.SliceOfDistinct(ids, rapid.ID[string]).Draw(t, "made") {
			made = append(made, events.Pair{ID: id, SQL: "made", Source: events.SourceModel, Check: &events.PairCheck{Verdict: events.VerdictValid}})
		}
		people := projection.Pairs{}
		for i, id := range rapid.SliceOfDistinct(ids, rapid.ID[string]).Draw(t, "people") {
			p := events.Pair{ID: id, SQL: rapid.SampledFrom([]string{"made", "mine"}).Draw(t, "sql"),
				Source:   rapid.SampledFrom([]string{events.SourceModel, events.SourcePerson}).Draw(t, "source"),
				Decision: rapid.SampledFrom([]string{"", events.DecisionApproved, events.DecisionRejected}).Draw(t, "decision")}
			people[id] = projection.Pair{Pair: p, First: uint64(i + 1), Version: uint64(i + 1)}
		}
		entries := merge(made, people)
		seen := map[string]bool{}
		for i, e := range entries {
			if seen[e.ID] || i < len(made) && e.ID != made[i].ID {
				t.Fatalf("%s is at place %d of %v", e.ID, i, entries)
			}
			seen[e.ID] = true
			theirs, touched := people[e.ID]
			wrote := touched && theirs.Source == events.SourcePerson
			if touched && (e.Decision != theirs.Decision || e.Version != theirs.Version) || wrote && (e.SQL != theirs.SQL || e.Source != events.SourcePerson) {
				t.Fatalf("people said %+v, the list has %+v", theirs, e)
			}
			if wrote && e.SQL == "mine" && e.Check != nil {
				t.Fatalf("the check of another text stands: %+v", e)
			}
		}
		for id, p := range people {
			if !seen[id] && (p.Source == events.SourcePerson || p.Decision != "") {
				t.Fatalf("%s is lost: %s", id, fmt.Sprint(p))
			}
		}
	})
}
