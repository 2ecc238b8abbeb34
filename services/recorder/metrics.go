package recorder

import (
	"context"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/citu/datapipeline/services/recorder/internal/store"
)

// metrics of a recorder.
type metrics struct {
	events     *prometheus.CounterVec
	passedOver *prometheus.CounterVec
	batches    *prometheus.HistogramVec
	commits    *prometheus.HistogramVec
	active     *prometheus.GaugeVec
	verdicts   *prometheus.CounterVec
	monitoring *prometheus.CounterVec
}

func newMetrics() *metrics {
	name := func(n string) string { return "datapipeline_recorder_" + n }
	return &metrics{
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: name("events_total"), Help: "Events recorded.",
		}, []string{"stream"}),
		passedOver: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: name("passed_over_total"), Help: "Messages, and log lines, that changed no row, by reason.",
		}, []string{"stream", "reason"}),
		batches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: name("batch_events"), Help: "Events in one transaction.", Buckets: []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000},
		}, []string{"stream"}),
		commits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: name("commit_seconds"), Help: "Time of one transaction.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}, []string{"stream"}),
		active: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: name("active"), Help: "1 while this recorder records the stream, 0 while it stands by or cannot.",
		}, []string{"stream"}),
		verdicts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: name("verdicts_total"), Help: "Events that the recorder published about tasks, by type.",
		}, []string{"type"}),
		monitoring: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: name("monitor_errors_total"), Help: "Failures of the monitor's parts.",
		}, []string{"part"}),
	}
}

func (m *metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.events, m.passedOver, m.batches, m.commits, m.active, m.verdicts, m.monitoring}
}

// recorded counts a batch.
func (m *metrics) recorded(stream string, count int, tally store.Tally, took time.Duration) {
	m.events.WithLabelValues(stream).Add(float64(count))
	m.batches.WithLabelValues(stream).Observe(float64(count))
	m.commits.WithLabelValues(stream).Observe(took.Seconds())
	for reason, n := range map[string]int{"unknown_task": tally.Unknown, "deleted_task": tally.Deleted,
		"repeated_lines": tally.Repeated, "expired_lines": tally.Expired} {
		if n > 0 {
			m.passedOver.WithLabelValues(stream, reason).Add(float64(n))
		}
	}
}

// collectors of a follower ask when they are asked.
func (f *follower) collectors() []prometheus.Collector {
	labels := prometheus.Labels{"stream": f.stream}
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "datapipeline_recorder_position", Help: "Sequence of the last recorded message.", ConstLabels: labels,
		}, func() float64 { return float64(f.position.Load()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "datapipeline_recorder_lag_messages", Help: "Messages that are not recorded yet; NaN while NATS is away.", ConstLabels: labels,
		}, f.lag),
	}
}

func (f *follower) lag() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	state, err := f.broker.State(ctx, f.stream)
	if err != nil {
		return math.NaN()
	}
	return float64(state.Last) - float64(f.position.Load())
}
