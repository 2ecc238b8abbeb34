// Package kit is what every service of the project starts with: its process
// (configuration, signals, logger, exit code) and its lifecycle. The packages
// below it reach the outside world.
package kit

import (
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Runtime is what a process gives to each of its services.
type Runtime struct {
	// Log is the service's logger; never nil.
	Log *zap.Logger
	// Metrics takes the service's metrics; never nil.
	Metrics *prometheus.Registry
	// NATSOptions are added to the service's connection: where the server runs
	// in the same process, how to reach it.
	NATSOptions []nats.Option
}
