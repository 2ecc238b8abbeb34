// Package broker is the one owner of NATS and JetStream verbs: it provisions
// the streams of package events, publishes events, reads them back and takes
// work from durable consumers. Its errors can be told apart with errors.Is by
// ErrConflict, ErrUnavailable and ErrNotFound.
//
// A broker works through outages: connecting, publishing and following are
// retried until their context ends.
package broker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
)

// Times and sizes that bound each request to the servers.
const (
	requestTimeout = 5 * time.Second
	maxInFlight    = 256 // unacknowledged pipelined messages per connection
	stallWait      = 10 * time.Second
)

// Config says which NATS to use and how a deployment's streams are made. It is
// embedded into a service's configuration.
type Config struct {
	URL   string `name:"nats-url" env:"DP_NATS_URL" placeholder:"URL" help:"NATS servers, comma separated."`
	Creds string `name:"nats-creds" env:"DP_NATS_CREDS" placeholder:"FILE" help:"NATS credentials file."`
	CA    string `name:"nats-ca" env:"DP_NATS_CA" placeholder:"FILE" help:"Certificate authority of the NATS servers."`

	Provision          bool          `name:"provision" env:"DP_PROVISION" help:"Make or change streams and consumers at the start."`
	Replicas           int           `name:"nats-replicas" env:"DP_NATS_REPLICAS" default:"1" help:"Copies of every stream (1, 3 or 5), when provisioning."`
	MaxConcurrentTasks int           `name:"max-concurrent-tasks" env:"DP_MAX_CONCURRENT_TASKS" default:"1" help:"Tasks that run at once in the whole cluster, when provisioning."`
	LeaseTTL           time.Duration `name:"lease-ttl" env:"DP_LEASE_TTL" default:"30s" help:"After how long the task of an executor that is gone goes to another."`
	LogBytes           int64         `name:"nats-log-bytes" env:"DP_NATS_LOG_BYTES" default:"0" help:"Size limit of the log stream in bytes, when provisioning; 0 is none."`
}

// Validate returns every fault of the configuration at once.
func (c Config) Validate() error {
	var faults []error
	if c.Replicas != 0 && c.Replicas != 1 && c.Replicas != 3 && c.Replicas != 5 {
		faults = append(faults, fmt.Errorf("nats-replicas: %d is not 1, 3 or 5", c.Replicas))
	}
	if c.MaxConcurrentTasks < 0 {
		faults = append(faults, fmt.Errorf("max-concurrent-tasks: %d is negative", c.MaxConcurrentTasks))
	}
	if c.LeaseTTL < 0 || c.LeaseTTL > 0 && c.LeaseTTL < time.Second {
		faults = append(faults, fmt.Errorf("lease-ttl: %s is less than a second", c.LeaseTTL))
	}
	if c.LogBytes < 0 {
		faults = append(faults, fmt.Errorf("nats-log-bytes: %d is negative", c.LogBytes))
	}
	return errors.Join(faults...)
}

func (c Config) topology() events.Topology {
	return events.Topology{Replicas: c.Replicas, MaxConcurrentTasks: c.MaxConcurrentTasks, LogBytes: c.LogBytes, LeaseTTL: c.LeaseTTL}
}

// Broker is a connection to NATS. Its methods are safe for concurrent use.
type Broker struct {
	cfg  Config
	name string
	log  *zap.Logger
	nc   *nats.Conn
	js   jetstream.JetStream

	closed chan struct{} // closed once the connection is

	mu      sync.Mutex
	streams map[string]jetstream.Stream
	era     context.Context // ends at the next reconnection
	endEra  context.CancelFunc

	deadLetters *prometheus.CounterVec
	retries     prometheus.Counter
}

// Connect makes the connection of a service ("gateway"), whose name also is
// its private inbox prefix: "_INBOX_gateway". Options are added to the
// defaults, for example nats.InProcessServer for an embedded server.
//
// It returns at once, also while no server can be reached: the connection is
// then made in the background, for ever. An error is a fault of the
// configuration. The caller closes the broker.
func Connect(_ context.Context, cfg Config, name string, log *zap.Logger, options ...nats.Option) (*Broker, error) {
	b := &Broker{cfg: cfg, name: name, log: log, closed: make(chan struct{}), streams: map[string]jetstream.Stream{}}
	b.era, b.endEra = context.WithCancel(context.Background())
	b.makeMetrics()
	nc, err := nats.Connect(cfg.URL, append(b.options(), options...)...)
	if err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", translate(err))
	}
	b.nc = nc
	b.js, err = jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(maxInFlight),
		jetstream.WithPublishAsyncTimeout(2*requestTimeout), jetstream.WithDefaultTimeout(requestTimeout))
	if err != nil {
		nc.Close()
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	return b, nil
}

func (b *Broker) options() []nats.Option {
	options := []nats.Option{
		nats.Name("datapipeline " + b.name),
		nats.CustomInboxPrefix("_INBOX_" + b.name),
		nats.MaxReconnects(-1),
		nats.RetryOnFailedConnect(true),
		nats.ReconnectBufSize(-1), // a publish fails at once and is retried, rather than wait in memory
		nats.ReconnectWait(250 * time.Millisecond),
		nats.PingInterval(5 * time.Second), // notices a dead network in 15 s
		nats.Timeout(requestTimeout),
		nats.DisconnectErrHandler(b.disconnected),
		nats.ReconnectHandler(b.reconnected),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { b.log.Warn("NATS error", zap.Error(err)) }),
		nats.ClosedHandler(func(*nats.Conn) { close(b.closed) }),
	}
	if b.cfg.Creds != "" {
		options = append(options, nats.UserCredentials(b.cfg.Creds))
	}
	if b.cfg.CA != "" {
		options = append(options, nats.RootCAs(b.cfg.CA))
	}
	return options
}

func (b *Broker) disconnected(nc *nats.Conn, err error) {
	if !nc.IsClosed() {
		b.log.Warn("NATS connection lost", zap.Error(err))
	}
}

func (b *Broker) reconnected(nc *nats.Conn) {
	b.log.Info("NATS connected", zap.String("server", nc.ConnectedServerName()))
	b.mu.Lock()
	defer b.mu.Unlock()
	b.endEra()
	b.era, b.endEra = context.WithCancel(context.Background())
}

// connection returns a context that ends at the next reconnection: whoever
// waits for an answer of the old connection need not wait any longer.
func (b *Broker) connection() context.Context {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.era
}

// Close closes the connection and waits until it is.
func (b *Broker) Close() {
	b.nc.Close()
	<-b.closed
}

// JS gives the verbs that this package has none for: key-value buckets and
// object stores. Pass their errors through Translate.
func (b *Broker) JS() jetstream.JetStream { return b.js }

// Conn gives the connection, for micro services.
func (b *Broker) Conn() *nats.Conn { return b.nc }

// Ready returns nil when the servers answer and the stream PIPELINE has a
// leader, ErrUnavailable or ErrNotFound otherwise. It is a readiness check.
func (b *Broker) Ready(ctx context.Context) error {
	if b.nc.Status() != nats.CONNECTED {
		return fmt.Errorf("%w: NATS is %s", ErrUnavailable, b.nc.Status())
	}
	if _, err := b.js.Stream(ctx, events.StreamPipeline); err != nil {
		return fmt.Errorf("stream %s: %w", events.StreamPipeline, translate(err))
	}
	return nil
}

// stream returns a handle, asking the server for it once.
func (b *Broker) stream(ctx context.Context, name string) (jetstream.Stream, error) {
	b.mu.Lock()
	s, ok := b.streams[name]
	b.mu.Unlock()
	if ok {
		return s, nil
	}
	s, err := b.js.Stream(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", name, translate(err))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streams[name] = s
	return s, nil
}

func (b *Broker) makeMetrics() {
	b.deadLetters = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "datapipeline_dead_letters_total",
		Help: "Messages given up and kept in the dead-letter stream, by the stream that they came from.",
	}, []string{"stream"})
	b.retries = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "datapipeline_publish_retries_total",
		Help: "Publishes that were tried again.",
	})
}

// Collectors returns the broker's metrics, for the service's registry.
func (b *Broker) Collectors() []prometheus.Collector {
	connected := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "datapipeline_nats_connected",
		Help: "1 while the connection to NATS is up.",
	}, func() float64 {
		if b.nc.IsConnected() {
			return 1
		}
		return 0
	})
	return []prometheus.Collector{b.deadLetters, b.retries, connected}
}
