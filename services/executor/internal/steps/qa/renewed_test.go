package qa

import (
	"testing"

	"github.com/citu/datapipeline/events"
)

func TestARenewedPairKeepsItsAuthor(t *testing.T) {
	got := renewed(events.Pair{ID: "p_1", Source: events.SourcePerson, WrittenBy: "li.na", DecidedBy: "ann", Decision: events.DecisionApproved})
	if got.WrittenBy != "li.na" || got.DecidedBy != "" || !got.Reused {
		t.Errorf("%+v", got)
	}
}
