package app

import (
	"context"
	"errors"
	"os"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/progress"
	"github.com/citu/datapipeline/cmd/datapipeline/internal/stack"
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/services/executor"
	"github.com/citu/datapipeline/services/filescan"
)

// databaseVectors is the vector store of tasks run by hand where none is
// configured; the same as that of the command up.
const databaseVectors = "vectors"

// perform runs a task over the broker of the environment, or a private one,
// and shows it.
func (c *run) perform(ctx context.Context, t terminal, created *events.TaskCreated) (projection.Task, error) {
	log := zap.NewNop()
	if c.Verbose {
		log = kit.Logger(os.Stderr, zap.InfoLevel)
	}
	cfg := executor.Config{}
	if err := stack.Read(&cfg); err != nil {
		return projection.Task{}, err
	}
	base, err := c.foundation(ctx, &cfg, created.Request.Steps, log)
	if err != nil {
		return projection.Task{}, err
	}
	task, err := c.over(ctx, t, base, cfg, created, log)
	return task, errors.Join(err, base.Close())
}

// foundation starts what is missing: a broker where the task is not tracked, a
// PostgreSQL where training data goes nowhere else.
func (c *run) foundation(ctx context.Context, cfg *executor.Config, steps []events.Step, log *zap.Logger) (*stack.Foundation, error) {
	if c.NoDBTracking {
		cfg.URL = ""
	}
	needs := stack.Needs{DataDir: c.DataDir, NATSURL: cfg.URL, Log: log}
	if cfg.URL == "" {
		private, err := os.MkdirTemp("", "datapipeline-run-")
		if err != nil {
			return nil, err
		}
		needs.NATSDir = private
	}
	load := steps[len(steps)-1] == events.StepLoad
	if load && cfg.VectorDatabaseURL == "" {
		needs.Databases = []string{databaseVectors}
	}
	base, err := stack.Lay(ctx, needs)
	if err != nil {
		return nil, err
	}
	if len(needs.Databases) > 0 {
		cfg.VectorDatabaseURL = base.DSN(databaseVectors)
	}
	cfg.URL, cfg.VectorAllowArrays = base.NATSURL, true
	return base, nil
}

// over creates the task, carries it out, registers its files and watches all
// of that.
func (c *run) over(ctx context.Context, t terminal, base *stack.Foundation, cfg executor.Config, created *events.TaskCreated, log *zap.Logger) (projection.Task, error) {
	b, err := broker.Connect(ctx, cfg.Config, "manual", log, base.NATSOptions...)
	if err != nil {
		return projection.Task{}, err
	}
	defer b.Close()
	if base.Private() {
		if err := b.Provision(ctx); err != nil {
			return projection.Task{}, err
		}
	}
	cfg.Bucket.URL = c.OutputDir
	if err := c.seal(&cfg, created); err != nil {
		return projection.Task{}, err
	}
	if err := create(ctx, b, created); err != nil {
		return projection.Task{}, err
	}
	t.say("任务 %s", "Task %s", created.TaskID)
	return c.watched(ctx, t, base, b, cfg, created.TaskID, log)
}

// seal encrypts the connection string for this process alone.
func (c *run) seal(cfg *executor.Config, created *events.TaskCreated) error {
	identity, recipient, err := seal.NewIdentity()
	if err != nil {
		return err
	}
	sealer, err := seal.NewSealer(recipient)
	if err != nil {
		return err
	}
	cfg.SealIdentities = []string{identity}
	created.Request.Connection.Sealed, err = sealer.Seal([]byte(c.DBConnection))
	return err
}

// create publishes the task; an id that was made from the time gets a suffix
// where it is taken.
func create(ctx context.Context, b *broker.Broker, created *events.TaskCreated) error {
	_, err := b.PublishTask(ctx, events.New("manual", created), 0)
	if errors.Is(err, broker.ErrConflict) {
		return errors.New(created.Request.Language.Sprintf("任务 ID %s 已被使用，请用 --task-id 指定其他 ID 或稍后重试。", "The task id %s is taken; name another one with --task-id, or try again in a moment.", created.TaskID))
	}
	return err
}

// watched carries the task out while its events are shown.
func (c *run) watched(ctx context.Context, t terminal, base *stack.Foundation, b *broker.Broker, cfg executor.Config, id string, log *zap.Logger) (projection.Task, error) {
	rt := kit.Runtime{Log: log, Metrics: kit.Registry(), NATSOptions: base.NATSOptions}
	service, err := executor.New(cfg, rt)
	if err != nil {
		return projection.Task{}, err
	}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx)) // an interrupted task is shown to its end
	defer stop()
	done := make(chan error, 1)
	go func() {
		err := c.carryOut(ctx, service, b, cfg, id, log)
		if err != nil {
			stop()
		}
		done <- err
	}()
	task, watchErr := progress.Watch(watching, b, id, t.view())
	if err := <-done; err != nil {
		return task, err
	}
	return task, watchErr
}

// carryOut runs the task and then registers its files, also when it was
// interrupted.
func (c *run) carryOut(ctx context.Context, service *executor.Service, b *broker.Broker, cfg executor.Config, id string, log *zap.Logger) error {
	err := service.RunTask(ctx, id)
	files, openErr := bucket.Open(context.WithoutCancel(ctx), cfg.Bucket.URL)
	if openErr != nil {
		return errors.Join(err, openErr)
	}
	defer files.Close() //nolint:errcheck // nothing is written through it any more
	return errors.Join(err, filescan.Scan(context.WithoutCancel(ctx), b, files, 100<<20, log, id))
}
