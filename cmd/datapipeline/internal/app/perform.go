package app

import (
	"cmp"
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
	"github.com/citu/datapipeline/services/executor"
	"github.com/citu/datapipeline/services/filescan"
)

// databaseVectors is the vector store of tasks run by hand where none is
// configured; the same as that of the command up.
const databaseVectors = "vectors"

// maxDownload is the largest file that is registered as downloadable, as
// filescan's default.
const maxDownload = 100 << 20

// job is a task that is being run.
type job struct {
	terminal
	cfg     executor.Config
	base    *stack.Foundation
	broker  *broker.Broker
	log     *zap.Logger
	created *events.TaskCreated
	request uint64 // sequence of the request that is carried out
	// ownFolder: the task has a folder of its own below the output folder.
	// ownID: its id was made from the time.
	ownFolder, ownID bool
}

// perform runs a task over the broker of the environment, or a private one,
// shows it, and returns its last state.
func (c *run) perform(ctx context.Context, t terminal, created *events.TaskCreated) (projection.Task, error) {
	j := &job{terminal: t, log: logger(c.Verbose), created: created, ownFolder: c.ownFolder(), ownID: c.TaskID == ""}
	if err := stack.Read(&j.cfg); err != nil {
		return projection.Task{}, err
	}
	if err := j.seal(c.DBConnection); err != nil {
		return projection.Task{}, err
	}
	j.cfg.Bucket.URL = created.Request.OutputDirectory
	j.cfg.ModelCacheURL = cmp.Or(j.cfg.ModelCacheURL, modelCache())
	if err := j.makeFolder(); err != nil {
		return projection.Task{}, err
	}
	if err := j.lay(ctx, c.DataDir, c.NoDBTracking); err != nil {
		return projection.Task{}, err
	}
	task, err := j.over(ctx)
	return task, errors.Join(err, j.base.Close())
}

// logger is where the services log: to stderr, or nowhere.
func logger(verbose bool) *zap.Logger {
	if verbose {
		return kit.Logger(os.Stderr, zap.InfoLevel)
	}
	return zap.NewNop()
}

// lay starts what is missing: a broker where the task is not tracked, a
// PostgreSQL where training data goes nowhere else.
func (j *job) lay(ctx context.Context, dataDir string, untracked bool) (err error) {
	needs := stack.Needs{DataDir: dataDir, NATSURL: j.cfg.URL, Private: untracked || j.cfg.URL == "", Log: j.log}
	steps := j.created.Request.Steps
	embedVectors := steps[len(steps)-1] == events.StepLoad && j.cfg.VectorDatabaseURL == ""
	if embedVectors {
		needs.Databases = []string{databaseVectors}
	}
	if j.base, err = stack.Lay(ctx, needs); err != nil {
		return err
	}
	if embedVectors {
		j.cfg.VectorDatabaseURL = j.base.DSN(databaseVectors)
	}
	j.cfg.URL, j.cfg.VectorAllowArrays = j.base.NATSURL, true
	j.cfg.Provision = j.cfg.Provision || needs.Private
	return nil
}

// over creates the task over the broker, carries it out, registers its files
// and watches all of that.
func (j *job) over(ctx context.Context) (projection.Task, error) {
	var err error
	j.broker, err = broker.Connect(ctx, j.cfg.Config, manual, j.log, j.base.NATSOptions...)
	if err != nil {
		return projection.Task{}, err
	}
	defer j.broker.Close()
	if err := j.create(ctx); err != nil {
		return projection.Task{}, err
	}
	j.say("任务 %s", "Task %s", j.created.TaskID)
	service, err := executor.New(j.cfg, kit.Runtime{Log: j.log, Metrics: kit.Registry(), NATSOptions: j.base.NATSOptions})
	if err != nil {
		return projection.Task{}, err
	}
	return j.watched(ctx, service)
}

// watched carries the task out while its events are shown. An interrupted task
// is shown to its end.
func (j *job) watched(ctx context.Context, service *executor.Service) (projection.Task, error) {
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	done := make(chan error, 1)
	go func() {
		err := j.carryOut(ctx, service)
		if err != nil {
			stop()
		}
		done <- err
	}()
	task, watchErr := progress.Watch(watching, j.broker, j.created.TaskID, j.request, j.view())
	if err := <-done; err != nil {
		return task, err
	}
	return task, watchErr
}

// carryOut runs the task and then registers its files, also when it was
// interrupted.
func (j *job) carryOut(ctx context.Context, service *executor.Service) error {
	err := service.RunTask(ctx, j.created.TaskID)
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		return errors.Join(err, j.abandon(ctx))
	}
	files, err := bucket.Open(ctx, j.cfg.Bucket.URL)
	if err != nil {
		return err
	}
	defer files.Close() //nolint:errcheck // nothing is written through it any more
	return filescan.Scan(ctx, j.broker, files, maxDownload, j.log, j.created.TaskID)
}
