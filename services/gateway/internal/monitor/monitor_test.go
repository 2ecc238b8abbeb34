package monitor

import (
	"slices"
	"testing"
)

func TestPromiseIsThatOfTheWeakestStream(t *testing.T) {
	for _, c := range []struct {
		replicas []int
		sync     string
		fewest   any
		survives []string
	}{
		{[]int{1, 1, 1}, SyncAlways, 1, []string{"process_kill", "power_loss"}},
		{[]int{3, 3, 3}, SyncAlways, 3, []string{"process_kill", "power_loss", "node_loss"}},
		{[]int{3, 1, 3}, SyncAlways, 1, []string{"process_kill", "power_loss"}},
		{[]int{3, 3, 3}, SyncInterval, 3, []string{"process_kill"}},
		{nil, SyncAlways, nil, nil}, // nothing can be asked
		{[]int{3, 3}, SyncAlways, nil, nil},
	} {
		var known []Stream
		for _, n := range c.replicas {
			known = append(known, Stream{Replicas: n})
		}
		d := promise(known, c.sync)
		var fewest any
		if d.Replicas != nil {
			fewest = *d.Replicas
		}
		if fewest != c.fewest || d.Sync != c.sync || !slices.Equal(d.Survives, c.survives) {
			t.Errorf("%v, %s: %v, %+v", c.replicas, c.sync, fewest, d)
		}
	}
}
