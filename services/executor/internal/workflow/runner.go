// Package workflow carries out requests: it takes them up, runs their steps,
// and says in events what happened, so that nothing is lost and nothing counts
// twice, whatever crashes.
//
// A request is carried out in attempts. An attempt holds the task's lease,
// begins with task.started by compare-and-set, and ends with an event that
// closes the request, or without one when it hands the request on. What decides
// is always the fold of the task's events, read from the stream.
package workflow

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"gocloud.dev/blob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor/internal/connection"
	"github.com/citu/datapipeline/services/executor/internal/lease"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// MaxTries is how many attempts in a row may leave a step uncompleted before
// the request is given up.
const MaxTries = 5

// Broker is what a Runner needs of *broker.Broker.
type Broker interface {
	Publish(context.Context, events.Event) (uint64, error)
	PublishTask(ctx context.Context, e events.Event, expectedLast uint64) (uint64, error)
	History(ctx context.Context, taskID string, after uint64, fn func(events.Event) error) error
	LastTaskSeq(ctx context.Context, taskID string) (uint64, error)
	LastSeq(ctx context.Context, stream, subject string) (uint64, error)
	State(ctx context.Context, stream string) (broker.State, error)
	Follow(ctx context.Context, f broker.Following, fn func(events.Event) error) error
	DeadLetter(ctx context.Context, service string, m broker.Message, reason string) error
	Ready(context.Context) error
}

// Config is what a Runner works with.
type Config struct {
	Broker Broker
	Leases *lease.Leases
	Bucket *blob.Bucket
	// Steps by name; a request that names another one fails.
	Steps []steps.Step
	// Connect finds the business database of a request. Its error is a
	// *steps.Error.
	Connect func(events.Connection, events.Language) (connection.Target, error)
	// OpenBusiness opens it, as steps.Run.Business promises.
	OpenBusiness func(ctx context.Context, dsn string, language events.Language) (*pgxpool.Pool, error)
	// DeleteTraining removes what a deleted task loaded, and waits for a load
	// that still runs; nil where there is nothing to load into.
	DeleteTraining func(ctx context.Context, taskID string) error
	// Model is the language model that steps may ask; nil is none.
	Model *llm.Client

	// Instance names this process among the executors.
	Instance string
	// ScratchDir is an existing folder for files in the making.
	ScratchDir string
	// TaskTimeout is how long a request may take from its first start.
	TaskTimeout time.Duration
	// LeaseRenewal is the time between renewals; default a third of the leases'
	// TTL.
	LeaseRenewal time.Duration
	// StopGrace is how long a step that was told to stop is waited for; default
	// 4 s. Drain is how long an attempt may take to end at a shutdown; default
	// 10 s.
	StopGrace, Drain time.Duration

	Log     *zap.Logger
	Metrics prometheus.Registerer
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.LeaseRenewal, c.Leases.TTL() / 3}, {&c.StopGrace, 4 * time.Second}, {&c.Drain, 10 * time.Second},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	return c
}

// Runner carries out requests. It is safe for concurrent use.
type Runner struct {
	cfg     Config
	steps   map[events.Step]steps.Step
	metrics *metrics

	mu      sync.Mutex
	running map[*attempt]struct{}

	stuck sync.WaitGroup // goroutines of steps, those that do not return among them
}

// New makes a Runner.
func New(cfg Config) *Runner {
	r := &Runner{
		cfg: cfg.withDefaults(), steps: map[events.Step]steps.Step{},
		metrics: newMetrics(cfg.Metrics), running: map[*attempt]struct{}{},
	}
	for _, s := range cfg.Steps {
		r.steps[s.Name()] = s
	}
	return r
}

// register makes an attempt at a request known to Watch, or returns false when
// this process works on that request already.
func (r *Runner) register(a *attempt) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for other := range r.running {
		if other.request.Sequence == a.request.Sequence {
			return false
		}
	}
	r.running[a] = struct{}{}
	r.metrics.running.Inc()
	return true
}

func (r *Runner) unregister(a *attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.running, a)
	r.metrics.running.Dec()
}

// attempts returns those that are known for a task.
func (r *Runner) attempts(taskID string) []*attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []*attempt
	for a := range r.running {
		if a.request.Task() == taskID {
			found = append(found, a)
		}
	}
	return found
}
