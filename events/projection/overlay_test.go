package projection_test

import (
	"reflect"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

func TestOverlay(t *testing.T) {
	valid, refused := &events.PairCheck{Verdict: events.VerdictValid}, &events.PairCheck{Verdict: events.VerdictError}
	made := events.Pair{ID: "p", Question: "made?", SQL: "SELECT 1", Theme: "t", Tables: []string{"public.a"}, Source: events.SourceModel, Reused: true, Check: valid}
	change := func(p events.Pair, change func(*events.Pair)) events.Pair {
		change(&p)
		return p
	}
	decided := events.Pair{Question: "seen?", SQL: "SELECT 2", Source: events.SourceModel, Decision: events.DecisionRejected, DecidedBy: "li", Note: "no"}
	edited := events.Pair{Question: "mine?", SQL: "SELECT 3", Tables: []string{"public.b"}, Source: events.SourcePerson, WrittenBy: "li", Check: refused}
	for name, tt := range map[string]struct{ theirs, want events.Pair }{
		"a decision leaves the text": {decided, change(made, func(p *events.Pair) {
			p.Decision, p.DecidedBy, p.Note = events.DecisionRejected, "li", "no"
		})},
		"their SQL has their check": {edited, change(edited, func(p *events.Pair) { p.ID, p.Theme = "p", "t" })},
		"the same SQL has the later check, and is still an earlier task's": {change(edited, func(p *events.Pair) { p.SQL = made.SQL }), change(made, func(p *events.Pair) {
			p.Question, p.Source, p.WrittenBy = "mine?", events.SourcePerson, "li"
		})},
		"a withdrawn decision": {events.Pair{Source: events.SourceModel}, made},
	} {
		if got := projection.Overlay(made, tt.theirs); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\n%+v, want\n%+v", name, got, tt.want)
		}
	}
}
