package events_test

import (
	"testing"

	"github.com/citu/datapipeline/events"
)

func TestEnglishCountsOneWithoutS(t *testing.T) {
	for n, want := range map[int]string{0: "0 tables", 1: "1 table", 2: "2 tables"} {
		if got := events.Count(n, "table"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
