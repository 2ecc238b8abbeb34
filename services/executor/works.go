package executor

import (
	"context"
	"errors"

	"go.uber.org/zap"
	"gocloud.dev/blob"

	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/files"
	"github.com/citu/datapipeline/services/executor/internal/lease"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/ddl"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa"
	"github.com/citu/datapipeline/services/executor/internal/steps/train"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate/repair"
	"github.com/citu/datapipeline/services/executor/internal/workflow"
)

// businessConns is how many connections a step's pool has to a business
// database. The validation has sessions of its own instead, of which there are
// fewer.
const businessConns = 6

// works is what requests are carried out with.
type works struct {
	runner  *workflow.Runner
	bucket  *blob.Bucket
	models  *models
	scratch *files.Home
	log     *zap.Logger
}

// open waits for the streams, and makes a scratch folder of this process's own.
func (s *Service) open(ctx context.Context, b *broker.Broker) (w *works, err error) {
	if err := b.Prepare(ctx); err != nil {
		return nil, err
	}
	leases, err := lease.Open(ctx, b.JS())
	if err != nil {
		return nil, err
	}
	w = &works{log: s.log}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.scratch, err = files.NewHome(s.cfg.ScratchDir); err != nil {
		return nil, err
	}
	if w.bucket, err = bucket.Open(ctx, s.cfg.Bucket.URL); err != nil {
		return nil, err
	}
	if w.models, err = s.openModels(ctx); err != nil {
		return nil, err
	}
	cfg := workflow.Config{
		Broker: b, Leases: leases, Bucket: w.bucket, Steps: s.steps(w.models), Model: w.models.llm,
		Connect: s.resolver.Resolve, OpenBusiness: s.opener(bizdb.Options{MaxConns: businessConns}),
		Instance: instance(), ScratchDir: w.scratch.Dir, TaskTimeout: s.cfg.TaskTimeout,
		Log: s.log, Metrics: s.rt.Metrics,
	}
	if s.data.Configured() {
		cfg.DeleteTraining = s.deleteTraining
	}
	w.runner = workflow.New(cfg)
	return w, nil
}

// steps are those that requests are carried out with.
func (s *Service) steps(m *models) []steps.Step {
	training := s.training()
	training.Embedder = m.embedder
	return []steps.Step{ddl.Step{}, qa.New(qa.Config{}), validate.New(validate.Config{MaxCost: s.cfg.MaxQueryCost, Repairer: repair.All()}), train.New(training)}
}

func (w *works) close() {
	err := w.models.close()
	if w.bucket != nil {
		err = errors.Join(err, w.bucket.Close())
	}
	if w.scratch != nil {
		err = errors.Join(err, w.scratch.Close())
	}
	if err != nil {
		w.log.Warn("left behind", zap.Error(err))
	}
}
