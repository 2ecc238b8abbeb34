package workflow

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	tasks     *prometheus.CounterVec
	steps     *prometheus.HistogramVec
	queueWait prometheus.Histogram
	publish   prometheus.Histogram
	dropped   prometheus.Counter
	running   prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	return &metrics{
		tasks: register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "datapipeline_executor_requests_total",
			Help: "Requests that this executor took up, by what became of them.",
		}, []string{"outcome"})),
		steps: register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "datapipeline_executor_step_duration_seconds",
			Help:    "How long executions of steps took.",
			Buckets: prometheus.ExponentialBuckets(0.1, 3, 10),
		}, []string{"step", "outcome"})),
		queueWait: register(reg, prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "datapipeline_executor_queue_wait_seconds",
			Help:    "Time from a request to its first start.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 12),
		})),
		publish: register(reg, prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "datapipeline_executor_publish_seconds",
			Help:    "Time until a state event is stored.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 4, 10),
		})),
		dropped: register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "datapipeline_executor_log_lines_dropped_total",
			Help: "Log lines of tasks that could not be stored.",
		})),
		running: register(reg, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "datapipeline_executor_requests_running",
			Help: "Requests that this executor works on.",
		})),
	}
}

// register returns the collector of the registry, which has it already when a
// second executor runs in the process.
func register[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	var already prometheus.AlreadyRegisteredError
	if reg == nil {
		return c
	}
	if err := reg.Register(c); errors.As(err, &already) {
		return already.ExistingCollector.(C)
	}
	return c
}
