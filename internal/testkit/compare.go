package testkit

import (
	"slices"
	"testing"
	"time"
)

// fewest is how many times make a median, also where one takes a second.
const fewest = 5

// Compare benchmarks ours against a peer that does the least which could serve
// in its place: both run in turns, so that what else the machine does meets
// both. Beside the usual ns/op, which are ours alone, it reports the ratio of
// the medians as "ours/peer". Both report their failures to b themselves.
func Compare(b *testing.B, ours, peer func()) {
	b.Helper()
	var o, p Times
	for b.Loop() {
		o.Take(ours)
		b.StopTimer()
		p.Take(peer)
		b.StartTimer()
	}
	for len(o) < fewest {
		o.Take(ours)
		p.Take(peer)
	}
	b.ReportMetric(o.Ratio(p), "ours/peer")
}

// Times are how long something took, time after time. The zero value is ready.
type Times []time.Duration

// Take runs f and adds how long it took.
func (t *Times) Take(f func()) {
	began := time.Now()
	f()
	*t = append(*t, time.Since(began))
}

// Quantile is the time that a share q, 0 to 1, of the times does not exceed;
// 0 when there are none.
func (t Times) Quantile(q float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

// Ratio is the median divided by that of the peer.
func (t Times) Ratio(peer Times) float64 {
	return float64(t.Quantile(0.5)) / float64(peer.Quantile(0.5))
}
