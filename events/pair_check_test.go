package events_test

import (
	"testing"

	"github.com/citu/datapipeline/events"
)

func TestPairCheckPasses(t *testing.T) {
	for verdict, want := range map[string]bool{
		events.VerdictValid: true, events.VerdictEmpty: true, events.VerdictError: false,
		events.VerdictTooExpensive: false, events.VerdictDuplicate: false, "": false,
	} {
		if got := (events.PairCheck{Verdict: verdict}).Passes(); got != want {
			t.Errorf("%q: %v", verdict, got)
		}
	}
}
