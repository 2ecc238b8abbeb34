package executor

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/training"
)

// purgePause is the time between sweeps of training data that can no longer be
// restored.
const purgePause = time.Hour

// trainingData is the training data with what makes vectors of questions; nil
// does where nobody asks.
func (s *Service) trainingData(e embed.Embedder) *training.Data {
	return training.New(training.Config{URL: s.cfg.VectorDatabaseURL, Prefix: s.cfg.VectorCollectionPrefix, Embedder: e})
}

// changeTraining carries out a request about training data and says so in an
// event. A repeated delivery finds it done, and says the same again.
func (s *Service) changeTraining(ctx context.Context, b *broker.Broker, d *broker.Delivery) error {
	c := changeOf(d.Event)
	do := func(ctx context.Context) error {
		n, err := c.do(ctx, s.data)
		if err != nil {
			return err
		}
		s.log.Info("training data changed", zap.String("type", string(d.Event.Type())), zap.String("task", d.Event.Task()), zap.Int64("documents", n))
		return s.answer(ctx, b, d, c.done(n))
	}
	var failure events.Failure
	try := func(ctx context.Context) error {
		err := do(ctx)
		failure = failureOf(err, c.language)
		return err
	}
	return s.settle(ctx, b, d, try, func(ctx context.Context) error {
		return s.answer(ctx, b, d, &events.TrainingFailed{TrainingScope: c.scope, Request: d.Event.Sequence, Actor: c.actor, Failure: failure})
	})
}

// answer publishes what became of a request. Its id is made of the request's, so
// that the stream takes it once where the request comes again soon.
func (s *Service) answer(ctx context.Context, b *broker.Broker, d *broker.Delivery, data events.Data) error {
	e := events.New(service, data)
	e.ID = uuid.NewSHA1(requestID(d.Event), []byte(data.Type())).String()
	e.TraceParent = d.Event.TraceParent
	_, err := b.Publish(ctx, e)
	return err
}

// change is a request about training data, whichever it is.
type change struct {
	scope    events.TrainingScope
	actor    string
	language events.Language
	do       func(context.Context, *training.Data) (int64, error)
	done     func(rows int64) events.Data
}

func changeOf(e events.Event) change {
	var c change
	done := func(rows int64) events.TrainingDone {
		return events.TrainingDone{TrainingScope: c.scope, Request: e.Sequence, Actor: c.actor, Rows: rows}
	}
	switch r := e.Data.(type) {
	case *events.TrainingDeleteRequested:
		c = change{scope: r.TrainingScope, actor: r.Actor, language: r.Language}
		c.do = func(ctx context.Context, t *training.Data) (int64, error) {
			return t.Delete(ctx, c.language, requestID(e), c.scope, e.Recorded)
		}
		c.done = func(rows int64) events.Data { return &events.TrainingDeleted{TrainingDone: done(rows)} }
	case *events.TrainingRestoreRequested:
		c = change{scope: r.TrainingScope, actor: r.Actor, language: r.Language}
		c.do = func(ctx context.Context, t *training.Data) (int64, error) {
			return t.Restore(ctx, c.language, requestID(e), c.scope)
		}
		c.done = func(rows int64) events.Data { return &events.TrainingRestored{TrainingDone: done(rows)} }
	}
	if c.language == "" {
		c.language = events.Chinese
	}
	return c
}

// requestID is the event's id; that it is a UUID was checked when it was decoded.
func requestID(e events.Event) uuid.UUID {
	id, _ := uuid.Parse(e.ID)
	return id
}

// failureOf is an error as people read it.
func failureOf(err error, lang events.Language) events.Failure {
	if told, ok := errors.AsType[*steps.Error](err); ok {
		return told.Failure("")
	}
	return events.Failure{ErrorType: "training_data_unchanged", ErrorClass: events.ClassPlatform, Message: lang.Pick(
		"训练数据没有变更：请稍后重试，仍不成功请联系管理员。", "The training data was not changed: try again later, and tell the administrator if that fails too.")}
}

// purge sweeps what can no longer be restored, now and every purgePause, until
// ctx ends. Several executors may do so at once.
func (s *Service) purge(ctx context.Context) error {
	if !s.data.Configured() {
		return nil
	}
	for {
		s.purgeOnce(ctx)
		select {
		case <-time.After(purgePause):
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *Service) purgeOnce(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, forgetLimit)
	defer cancel()
	n, err := s.data.Purge(limited)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		s.log.Warn("deleted training data not swept", zap.Error(err))
	case n > 0:
		s.log.Info("deleted training data swept", zap.Int64("documents", n))
	}
}
