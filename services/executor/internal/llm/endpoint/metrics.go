package endpoint

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count what is asked of endpoints. A nil *Metrics counts nothing.
type Metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	tokens   *prometheus.CounterVec
	cost     prometheus.Counter
	answers  *prometheus.CounterVec
	cache    *prometheus.CounterVec
}

// NewMetrics makes the metrics and registers them; where the registry has them
// already, as with a second executor in the process, those are used. A nil
// registry keeps none.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	if reg == nil {
		return nil
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{Name: "datapipeline_executor_model_" + name, Help: help}, labels))
	}
	return &Metrics{
		requests: counters("requests_total", "Requests to model endpoints, retries included, by what became of them.", "kind", "outcome"),
		tokens:   counters("tokens_total", "Tokens used, as endpoints count them.", "kind"),
		answers:  counters("answers_total", "Questions to the model, by what became of them.", "outcome"),
		cache:    counters("cache_total", "Look-ups of earlier answers and embeddings.", "kind", "result"),
		cost: register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "datapipeline_executor_model_cost_total", Help: "What the model cost, by the prices configured.",
		})),
		seconds: register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "datapipeline_executor_model_request_seconds", Help: "How long requests to model endpoints took.",
			Buckets: prometheus.ExponentialBuckets(0.05, 2, 12),
		}, []string{"kind"})),
	}
}

func register[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	var already prometheus.AlreadyRegisteredError
	if err := reg.Register(c); errors.As(err, &already) {
		return already.ExistingCollector.(C)
	}
	return c
}

func (m *Metrics) request(kind string, fault *Error, took time.Duration) {
	if m == nil {
		return
	}
	outcome := "ok"
	if fault != nil {
		outcome = fault.outcome()
	}
	m.requests.WithLabelValues(kind, outcome).Inc()
	m.seconds.WithLabelValues(kind).Observe(took.Seconds())
}

// Tokens adds tokens of a kind: "prompt", "completion" or "embedding".
func (m *Metrics) Tokens(kind string, n int64) {
	if m != nil {
		m.tokens.WithLabelValues(kind).Add(float64(n))
	}
}

// Cost adds what an answer cost.
func (m *Metrics) Cost(cost float64) {
	if m != nil {
		m.cost.Add(cost)
	}
}

// Answer counts a question: "accepted", "cached", "refused", "unavailable" or
// "budget".
func (m *Metrics) Answer(outcome string) {
	if m != nil {
		m.answers.WithLabelValues(outcome).Inc()
	}
}

// Cache counts look-ups of a kind, "chat" or "embedding": "hit" or "miss".
func (m *Metrics) Cache(kind string, hit bool) {
	if m == nil {
		return
	}
	result := "miss"
	if hit {
		result = "hit"
	}
	m.cache.WithLabelValues(kind, result).Inc()
}
