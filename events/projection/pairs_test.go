package projection_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

func change(id, text, source string) events.PairChange {
	return events.PairChange{TaskID: taskID, PairID: id, Question: text, SQL: "SELECT '" + text + "';", Source: source, Actor: "ann", At: begin}
}

// TestAPairIsAsPeopleLeftIt tells the life of a pair.
func TestAPairIsAsPeopleLeftIt(t *testing.T) {
	check := &events.PairCheck{Verdict: events.VerdictValid}
	var pairs projection.Pairs
	for i, step := range []struct {
		data                   events.Data
		text, decision, source string
		checked                bool
	}{
		{&events.PairReviewed{PairChange: change("p_1", "a", events.SourceRules), Decision: events.DecisionApproved}, "a", events.DecisionApproved, events.SourceRules, false},
		{&events.PairEdited{PairChange: change("p_1", "b", events.SourcePerson), Check: check}, "b", "", events.SourcePerson, true},
		{&events.PairReviewed{PairChange: change("p_1", "b", events.SourcePerson), Decision: events.DecisionRejected}, "b", events.DecisionRejected, events.SourcePerson, true},
		{&events.PairReviewed{PairChange: change("p_1", "b", events.SourcePerson)}, "b", "", events.SourcePerson, true},
		{&events.PairEdited{PairChange: change("p_1", "c", events.SourcePerson)}, "c", "", events.SourcePerson, false},
		{&events.OutputScanned{TaskID: taskID, Files: 1}, "c", "", events.SourcePerson, false},
	} {
		pairs = projection.ApplyPair(pairs, at(uint64(i+1), step.data))
		p := pairs["p_1"]
		if p.Question != step.text || p.Decision != step.decision || p.Source != step.source || (p.Check != nil) != step.checked {
			t.Errorf("after event %d, %s: %+v", i+1, step.data.Type(), p)
		}
		if decided := p.DecidedBy != "" && p.DecidedAt != nil; decided != (step.decision != "") {
			t.Errorf("after event %d the decision is by %q at %v", i+1, p.DecidedBy, p.DecidedAt)
		}
	}
	if p := pairs["p_1"]; p.Tables == nil || p.Shapes == nil {
		t.Error("a list that is not known is null rather than empty")
	}
	if p := pairs["p_1"]; p.First != 1 || p.Version != 5 {
		t.Errorf("first touched by %d, last by %d, want 1 and 5", p.First, p.Version)
	}
}

// Who decides about a pair does not become its author.
func TestAPairKeepsItsAuthor(t *testing.T) {
	by := func(actor, source string) events.PairChange {
		c := change("p_1", "a", source)
		c.Actor = actor
		return c
	}
	var pairs projection.Pairs
	for i, step := range []struct {
		data events.Data
		want string
	}{
		{&events.PairReviewed{PairChange: by("bob", events.SourceRules), Decision: events.DecisionApproved}, ""},
		{&events.PairEdited{PairChange: by("ann", events.SourcePerson)}, "ann"},
		{&events.PairReviewed{PairChange: by("bob", events.SourcePerson), Decision: events.DecisionApproved}, "ann"},
		{&events.PairEdited{PairChange: by("eve", events.SourcePerson)}, "eve"},
		{&events.PairAdded{PairChange: by("zoe", events.SourcePerson)}, "zoe"},
	} {
		pairs = projection.ApplyPair(pairs, at(uint64(i+1), step.data))
		if got := pairs["p_1"].WrittenBy; got != step.want {
			t.Errorf("after event %d the author is %q, want %q", i+1, got, step.want)
		}
	}
}

func TestPairsAreListedInTheOrderOfTheirFirstTouch(t *testing.T) {
	var pairs projection.Pairs
	for seq, id := range []string{"p_c", "p_a", "p_b", "p_c"} {
		pairs = projection.ApplyPair(pairs, at(uint64(seq+1), &events.PairAdded{PairChange: change(id, fmt.Sprint(seq), events.SourcePerson)}))
	}
	var got []string
	for _, p := range pairs.List() {
		got = append(got, p.ID+p.Question)
	}
	if want := []string{"p_c3", "p_a1", "p_b2"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if list := projection.ApplyPair(pairs, at(9, &events.TaskDeleted{TaskID: taskID})).List(); len(list) != 0 {
		t.Errorf("a deleted task has %v", list)
	}
}

// pairHistory draws any events about a few pairs, others among them.
func pairHistory(t *rapid.T) []events.Event {
	var list []events.Event
	for i := range rapid.IntRange(0, 30).Draw(t, "events") {
		c := change(rapid.SampledFrom([]string{"p_1", "p_2", "p_3"}).Draw(t, "pair"), fmt.Sprint(i), events.SourcePerson)
		list = append(list, at(uint64(i+1), rapid.SampledFrom([]events.Data{
			&events.PairAdded{PairChange: c, Check: &events.PairCheck{Verdict: events.VerdictEmpty}},
			&events.PairEdited{PairChange: c},
			&events.PairReviewed{PairChange: c, Decision: events.DecisionApproved},
			&events.PairReviewed{PairChange: c},
			&events.OutputScanned{TaskID: taskID, Files: 1},
			&events.TaskDeleted{TaskID: taskID},
		}).Draw(t, "data")))
	}
	return list
}

func foldPairs(p projection.Pairs, list ...events.Event) projection.Pairs {
	for _, e := range list {
		p = projection.ApplyPair(p, e)
	}
	return p
}

func TestFoldingPairsOnEqualsFoldingFromTheStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := pairHistory(t)
		cut := rapid.IntRange(0, len(list)).Draw(t, "cut")
		b, err := json.Marshal(foldPairs(nil, list[:cut]...))
		if err != nil {
			t.Fatal(err)
		}
		var stored projection.Pairs
		if err := json.Unmarshal(b, &stored); err != nil {
			t.Fatal(err)
		}
		whole, resumed := foldPairs(nil, list...), foldPairs(stored, list[cut:]...)
		if !reflect.DeepEqual(whole.List(), resumed.List()) {
			t.Fatalf("from the start\n%+v\nfrom the store\n%+v", whole, resumed)
		}
	})
}

func TestARepeatedEventChangesNoPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := pairHistory(t)
		if len(list) == 0 {
			return
		}
		last := list[len(list)-1]
		once := foldPairs(nil, list...)
		want := fmt.Sprintf("%+v", once.List())
		if got := fmt.Sprintf("%+v", projection.ApplyPair(once, last).List()); got != want {
			t.Fatalf("a second %s made\n%s of\n%s", last.Type(), got, want)
		}
	})
}
