package monitor

import (
	"slices"
	"testing"
)

func TestPromiseIsThatOfTheWeakestStream(t *testing.T) {
	for _, c := range []struct {
		replicas []int
		sync     string
		fewest   int
		survives []string
	}{
		{[]int{1, 1, 1}, SyncAlways, 1, []string{"process_kill", "power_loss"}},
		{[]int{3, 3, 3}, SyncAlways, 3, []string{"process_kill", "power_loss", "node_loss"}},
		{[]int{3, 1, 3}, SyncAlways, 1, []string{"process_kill", "power_loss"}},
		{[]int{3, 3, 3}, SyncInterval, 3, []string{"process_kill"}},
		{nil, SyncAlways, 0, []string{"process_kill", "power_loss"}}, // nothing can be asked
	} {
		var streams []Stream
		for _, n := range c.replicas {
			streams = append(streams, Stream{Replicas: n})
		}
		d := promise(streams, c.sync)
		if d.Replicas != c.fewest || d.Sync != c.sync || !slices.Equal(d.Survives, c.survives) {
			t.Errorf("%v, %s: %+v", c.replicas, c.sync, d)
		}
	}
}
