package ask

import (
	"fmt"
	"testing"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// alike are n candidates of one form about a table.
func alike(n int, form string, main *profile.Table) []candidate {
	out := make([]candidate, n)
	for i := range out {
		text := fmt.Sprintf("%s %s %d", main.Name, form, i)
		out[i] = candidate{Question: Question{Pair: pairs.Pair{Question: text, SQL: text}, form: form}, normal: text, main: main, tables: []*profile.Table{main}}
	}
	return out
}

func none(pairs.Pair) bool { return false }

func TestNoFormIsChosenMoreThanThreeTimesOfATable(t *testing.T) {
	a, b := &profile.Table{Table: &catalog.Table{Name: "a"}}, &profile.Table{Table: &catalog.Table{Name: "b"}}
	c := newCandidates(append(append(alike(9, "count", a), alike(9, "top", a)...), alike(2, "count", b)...), nil)
	got := map[repeat]int{}
	for _, q := range c.Choose(20, none) {
		for _, x := range c.all {
			if x.Pair == q.Pair && x.normal == q.Question {
				got[repeat{x.form, x.main}]++
			}
		}
	}
	if got[repeat{"count", a}] != 3 || got[repeat{"top", a}] != 3 || got[repeat{"count", b}] != 2 {
		t.Errorf("%v", got)
	}
}

// TestWhatIsAskedAlreadyCounts: it is not chosen again, and others give way to
// what differs from it.
func TestWhatIsAskedAlreadyCounts(t *testing.T) {
	a := &profile.Table{Table: &catalog.Table{Name: "a"}}
	c := newCandidates(append(alike(5, "count", a), alike(1, "top", a)...), nil)
	c.Asked(func(p pairs.Pair) bool { return p.SQL == "a count 0" || p.SQL == "a count 1" })
	got := c.Choose(9, none)
	if len(got) != 2 || c.Choose(1, none)[0].SQL != "a top 0" {
		t.Errorf("%+v", got)
	}
	for _, q := range got {
		if q.SQL == "a count 0" || q.SQL == "a count 1" {
			t.Errorf("asked again: %+v", q)
		}
	}
}
