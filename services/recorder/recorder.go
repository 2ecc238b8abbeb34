package recorder

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/admin"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/services/recorder/internal/store"
)

// service is the name of the service in events, dead letters and logs.
const service = "recorder"

// Recorder writes what the streams say into Postgres.
type Recorder struct {
	cfg     Config
	rt      kit.Runtime
	log     *zap.Logger
	metrics *metrics

	broker  *broker.Broker
	store   *store.Store
	deleted chan struct{} // a task was deleted
}

// New makes a recorder. It opens nothing yet; an error is a fault of the
// configuration.
func New(cfg Config, rt kit.Runtime) (*Recorder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("recorder: %w", err)
	}
	r := &Recorder{cfg: cfg, rt: rt, log: rt.Log.Named(service), metrics: newMetrics(), deleted: make(chan struct{}, 1)}
	rt.Metrics.MustRegister(r.metrics.collectors()...)
	return r, nil
}

// Run migrates the database and records until ctx ends, through outages of
// NATS and Postgres, and then returns nil. Several recorders may run: one
// records a stream and the others stand by. It returns ErrDiscontinuity when a
// stream does not continue what was recorded. Call it once.
func (r *Recorder) Run(ctx context.Context) error {
	var err error
	if r.broker, err = broker.Connect(ctx, r.cfg.Config, service, r.log, r.rt.NATSOptions...); err != nil {
		return fmt.Errorf("recorder: %w", err)
	}
	defer r.broker.Close()
	r.rt.Metrics.MustRegister(r.broker.Collectors()...)
	pool, err := postgres.Open(ctx, r.cfg.Postgres, r.log)
	if err != nil {
		return fmt.Errorf("recorder: %w", err)
	}
	defer pool.Close()
	r.store = store.New(pool, r.cfg.logRetention())

	followers := r.followers()

	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.health(followers).Run(groupCtx) })
	group.Go(func() error { return r.work(groupCtx, pool, followers) })
	if err := group.Wait(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("recorder: %w", err)
	}
	return nil
}

// work begins when both sides are ready.
func (r *Recorder) work(ctx context.Context, pool *pgxpool.Pool, followers []*follower) error {
	if err := r.broker.Prepare(ctx); err != nil {
		return err
	}
	if err := r.migrate(ctx, pool); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, f := range followers {
		group.Go(func() error { return f.run(ctx) })
	}
	group.Go(func() error { return r.clean(ctx) })
	group.Go(func() error { return r.monitor(ctx) })
	return group.Wait()
}

// followers makes one for each stream, with its metrics.
func (r *Recorder) followers() []*follower {
	var all []*follower
	for stream, record := range map[string]recordFunc{
		events.StreamPipeline: r.store.RecordEvents,
		events.StreamLogs:     r.store.RecordLogs,
	} {
		f := &follower{stream: stream, record: record, broker: r.broker, store: r.store,
			deleted: r.deleted, metrics: r.metrics, log: r.log}
		r.rt.Metrics.MustRegister(f.collectors()...)
		all = append(all, f)
	}
	return all
}

func (r *Recorder) health(followers []*follower) *admin.Server {
	checks := admin.Checks{"nats": r.broker.Ready, "postgres": r.store.Ready}
	for _, f := range followers {
		checks[f.stream] = f.ready
	}
	return admin.New(r.cfg.AdminAddr, checks, r.rt.Metrics)
}
