package executor

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/train"
)

const (
	// forgetTries is how often the removal of a task's training data is tried.
	forgetTries = 5
	// forgetPause is added to the wait for the next try after each.
	forgetPause = 30 * time.Second
)

// forget removes the training data of deleted tasks, where the deletion asks
// for it, until ctx ends.
func (s *Service) forget(ctx context.Context, b *broker.Broker, deletions *broker.Queue) error {
	for {
		d, err := deletions.Next(ctx)
		if ctx.Err() != nil && d == nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.forgetOne(ctx, b, d); err != nil { // it comes again
			s.log.Warn("deletion not settled", zap.String("task", d.Event.Task()), zap.Error(err))
		}
	}
}

// forgetOne removes what a task loaded. What fails too often is kept as a dead
// letter.
func (s *Service) forgetOne(ctx context.Context, b *broker.Broker, d *broker.Delivery) error {
	deleted, ok := d.Event.Data.(*events.TaskDeleted)
	if !ok || !deleted.TrainingData {
		return d.Ack(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, events.AckWait)
	n, err := train.Delete(limited, s.training(), events.English, deleted.TaskID)
	cancel()
	if err == nil {
		s.deleted.WithLabelValues("done").Inc()
		s.log.Info("training data removed", zap.String("task", deleted.TaskID), zap.Int64("documents", n))
		return d.Ack(ctx)
	}
	s.log.Warn("training data not removed", zap.String("task", deleted.TaskID), zap.Int("try", d.Deliveries), zap.Error(err))
	if d.Deliveries < forgetTries && !hopeless(err) {
		return d.Nak(time.Duration(d.Deliveries) * forgetPause)
	}
	s.deleted.WithLabelValues("given_up").Inc()
	if err := b.DeadLetter(ctx, service, d.Message, err.Error()); err != nil {
		return err
	}
	return d.Ack(ctx)
}

// hopeless says that another try would end as this one did.
func hopeless(err error) bool {
	var told *steps.Error
	return errors.As(err, &told) && told.Type == "vector_store_unconfigured"
}
