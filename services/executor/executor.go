// Package executor runs the steps of tasks. It takes requests off JetStream,
// carries them out one step after the other, and says in events what happened.
// It knows no table of ours and no HTTP; it alone reaches business databases
// and the vector store.
package executor

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/admin"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/connection"
	"github.com/citu/datapipeline/services/executor/internal/history"
	"github.com/citu/datapipeline/services/executor/internal/questions"
	"github.com/citu/datapipeline/services/executor/internal/steps/train"
	"github.com/citu/datapipeline/services/executor/internal/training"
)

// service is the executor's name in events, dead letters and logs.
const service = "executor"

// Service is the executor.
type Service struct {
	cfg      Config
	rt       kit.Runtime
	log      *zap.Logger
	resolver *connection.Resolver
	data     *training.Data
	deleted  *prometheus.CounterVec
}

// New makes an executor. It reads the files of keys and connections, and opens
// nothing else yet; an error is a fault of the configuration.
func New(cfg Config, rt kit.Runtime) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("executor: %w", err)
	}
	resolver, err := cfg.resolver()
	if err != nil {
		return nil, fmt.Errorf("executor: %w", err)
	}
	s := &Service{cfg: cfg, rt: rt, log: rt.Log.Named(service), resolver: resolver}
	s.data = s.trainingData(nil)
	s.deleted = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "datapipeline_executor_training_deletions_total",
		Help: "Deletions and restorations of training data by outcome.",
	}, []string{"outcome"})
	rt.Metrics.MustRegister(s.deleted)
	return s, nil
}

// training is the vector store of training_load.
func (s *Service) training() train.Config {
	return train.Config{
		URL: s.cfg.VectorDatabaseURL, Prefix: s.cfg.VectorCollectionPrefix, AllowArrays: s.cfg.VectorAllowArrays,
	}
}

// Run carries out requests, answers questions about business databases and
// removes the training data of deleted tasks until ctx ends. It works through
// outages of NATS. At the end every running step is stopped and its request
// handed on. Call it once.
func (s *Service) Run(ctx context.Context) error {
	b, err := s.connect(ctx)
	if err != nil {
		return fmt.Errorf("executor: %w", err)
	}
	defer b.Close()
	group, groupCtx := errgroup.WithContext(ctx)
	health := admin.New(s.cfg.AdminAddr, admin.Checks{"nats": b.Ready}, s.rt.Metrics)
	group.Go(func() error { return health.Run(groupCtx) })
	group.Go(func() error { return s.work(groupCtx, b) })
	if err := group.Wait(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("executor: %w", err)
	}
	return nil
}

// RunTask carries out the newest request of a task that its creator runs itself
// (events.RunnerSelf), and returns when it is closed. When ctx ends, the
// request is closed as cancelled. What became of the task is in its events; an
// error says that the request could not be closed. RunTask needs no Run, and
// may be called beside it.
func (s *Service) RunTask(ctx context.Context, taskID string) error {
	b, err := s.connect(ctx)
	if err != nil {
		return fmt.Errorf("executor: %w", err)
	}
	defer b.Close()
	w, err := s.open(ctx, b)
	if err != nil {
		return fmt.Errorf("executor: %w", err)
	}
	defer w.close()
	if err := w.runner.RunOne(ctx, taskID); err != nil {
		return fmt.Errorf("executor: %w", err)
	}
	return nil
}

func (s *Service) connect(ctx context.Context) (*broker.Broker, error) {
	b, err := broker.Connect(ctx, s.cfg.Config, service, s.log, s.rt.NATSOptions...)
	if err != nil {
		return nil, err
	}
	for _, c := range b.Collectors() {
		if err := s.rt.Metrics.Register(c); err != nil {
			s.log.Debug("metric not registered", zap.Error(err)) // another connection of the process has it
		}
	}
	return b, nil
}

// work begins when the streams are there.
func (s *Service) work(ctx context.Context, b *broker.Broker) error {
	w, err := s.open(ctx, b)
	if err != nil {
		return err
	}
	defer w.close()
	requests, err := b.Queue(ctx, events.ConsumerExecutor)
	if err != nil {
		return err
	}
	deletions, err := b.Queue(ctx, events.ConsumerExecutorDeletions)
	if err != nil {
		return err
	}
	slots, err := s.slots(ctx, b)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.runner.Serve(ctx, requests, slots) })
	group.Go(func() error { return s.forget(ctx, b, history.History{Bucket: w.bucket}, deletions) })
	group.Go(func() error { return s.purge(ctx) })
	group.Go(func() error { return s.questions(w).Run(ctx, b.Conn()) })
	return group.Wait()
}

func (s *Service) questions(w *works) *questions.Service {
	return questions.New(questions.Config{Resolver: s.resolver, Bucket: w.bucket, Training: s.trainingData(w.models.embedder), Open: s.opener(bizdb.Options{
		ConnectTimeout: 3 * time.Second, StatementTimeout: 3 * time.Second, MaxConns: 1,
	}), Log: s.log})
}

// opener opens business databases within the hosts that are allowed.
func (s *Service) opener(options bizdb.Options) func(context.Context, string, events.Language) (*pgxpool.Pool, error) {
	options.AllowedHosts = s.cfg.AllowedHosts
	return func(ctx context.Context, dsn string, language events.Language) (*pgxpool.Pool, error) {
		return bizdb.Open(ctx, dsn, language, options)
	}
}

// slots is how many requests are carried out at once.
func (s *Service) slots(ctx context.Context, b *broker.Broker) (int, error) {
	if s.cfg.MaxLocalTasks > 0 {
		return s.cfg.MaxLocalTasks, nil
	}
	c, err := b.JS().Consumer(ctx, events.StreamPipeline, events.ConsumerExecutor)
	if err != nil {
		return 0, fmt.Errorf("consumer %s: %w", events.ConsumerExecutor, broker.Translate(err))
	}
	return min(max(c.CachedInfo().Config.MaxAckPending, 1), maxSlots), nil
}

// instance names this process among the executors, anew at every start.
func instance() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%.200s-%d-%s", host, os.Getpid(), uuid.NewString()[:8])
}
