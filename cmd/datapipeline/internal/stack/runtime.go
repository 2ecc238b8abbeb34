package stack

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/internal/kit"
)

// runtime gives a service what a process of its own would. The gateway serves
// /metrics for all; the others' metrics have the label service there.
func (s *Stack) runtime(name string, shared *prometheus.Registry) kit.Runtime {
	rt := kit.Runtime{Log: s.log.With(zap.String("service", name)), NATSOptions: s.base.NATSOptions, Metrics: shared}
	if name != "gateway" {
		rt.Metrics = prometheus.NewRegistry()
		prometheus.WrapRegistererWith(prometheus.Labels{"service": name}, shared).MustRegister(rt.Metrics)
	}
	return rt
}
