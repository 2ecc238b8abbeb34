package executor

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor/internal/history"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

const (
	// forgetTries is how often a change of training data is tried.
	forgetTries = 5
	// forgetPause is added to the wait for the next try after each.
	forgetPause = 30 * time.Second
	// forgetLimit is how long one try may take.
	forgetLimit = 5 * time.Minute
)

// forget takes deleted tasks out of the history, removes their training data
// where the deletion asks for it, and carries out requests about training data,
// until ctx ends.
func (s *Service) forget(ctx context.Context, b *broker.Broker, h history.History, deletions *broker.Queue) error {
	for {
		d, err := deletions.Next(ctx)
		if ctx.Err() != nil && d == nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.forgetOne(ctx, b, h, d); err != nil { // it comes again
			s.log.Warn("deletion not settled", zap.String("task", d.Event.Task()), zap.Error(err))
		}
	}
}

// forgetOne carries out what a deletion asks for. What fails too often is kept
// as a dead letter.
func (s *Service) forgetOne(ctx context.Context, b *broker.Broker, h history.History, d *broker.Delivery) error {
	switch e := d.Event.Data.(type) {
	case *events.TaskDeleted:
		s.forgetTask(ctx, h, e.TaskID)
		if !e.TrainingData {
			return d.Ack(ctx)
		}
		return s.settle(ctx, b, d, func(ctx context.Context) error { return s.deleteTraining(ctx, e.TaskID) }, nil)
	case *events.TrainingDeleteRequested, *events.TrainingRestoreRequested:
		return s.changeTraining(ctx, b, d)
	}
	return d.Ack(ctx)
}

// deleteTraining removes what a task alone loaded.
func (s *Service) deleteTraining(ctx context.Context, taskID string) error {
	n, err := s.data.DeleteTask(ctx, events.English, taskID)
	if err == nil {
		s.log.Info("training data removed", zap.String("task", taskID), zap.Int64("documents", n))
	}
	return err
}

// settle carries out what a delivery asks for, and asks for another one where
// that fails. What fails too often, or always would, is told to gaveUp, which
// may be nil, and kept as a dead letter.
func (s *Service) settle(ctx context.Context, b *broker.Broker, d *broker.Delivery, do, gaveUp func(context.Context) error) error {
	err := s.patiently(ctx, d, do)
	if err == nil {
		s.deleted.WithLabelValues("done").Inc()
		return d.Ack(ctx)
	}
	if ctx.Err() != nil {
		return d.Nak(0)
	}
	s.log.Warn("training data not changed", zap.String("type", string(d.Event.Type())), zap.String("task", d.Event.Task()), zap.Int("try", d.Deliveries), zap.Error(err))
	if d.Deliveries < forgetTries && !hopeless(err) {
		return d.Nak(time.Duration(d.Deliveries) * forgetPause)
	}
	s.deleted.WithLabelValues("given_up").Inc()
	if gaveUp != nil {
		if err := gaveUp(ctx); err != nil {
			return err
		}
	}
	if err := b.DeadLetter(ctx, service, d.Message, err.Error()); err != nil {
		return err
	}
	return d.Ack(ctx)
}

// patiently runs do within forgetLimit, and keeps the delivery meanwhile.
func (s *Service) patiently(ctx context.Context, d *broker.Delivery, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, forgetLimit)
	defer cancel()
	var keeping sync.WaitGroup
	defer keeping.Wait()
	done := make(chan struct{})
	defer close(done)
	keeping.Go(func() {
		for {
			select {
			case <-time.After(events.AckWait / 3):
				if err := d.InProgress(); err != nil {
					s.log.Debug("delivery not extended", zap.Error(err))
				}
			case <-done:
				return
			}
		}
	})
	return do(ctx)
}

// forgetTask takes a deleted task out of the history. Where that fails, a later
// task on the same database does it: it is not worth a delivery more.
func (s *Service) forgetTask(ctx context.Context, h history.History, taskID string) {
	ctx, cancel := context.WithTimeout(ctx, events.AckWait/2)
	defer cancel()
	if err := h.Forget(ctx, taskID); err != nil {
		s.log.Warn("deleted task stays in the history", zap.String("task", taskID), zap.Error(err))
	}
}

// hopeless says that another try would end as this one did.
func hopeless(err error) bool {
	var told *steps.Error
	return errors.As(err, &told) && told.Type == "vector_store_unconfigured"
}
