package command

import (
	"context"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// Cancel asks that the open request of a task end, and returns the task as it
// then is; asked twice, it asks once. Errors: apierr.TaskNotFound,
// TaskNotRunning.
func (c *Commands) Cancel(ctx context.Context, id, actor, reason string) (projection.Task, error) {
	return c.change(ctx, id, func(t projection.Task) (events.Data, error) {
		if !t.Open() {
			return nil, apierr.New(apierr.TaskNotRunning, t.ID)
		}
		return cancellation(t, actor, reason), nil
	})
}

// cancellation is nil where the task is not open, or asked to end already.
func cancellation(t projection.Task, actor, reason string) events.Data {
	if !t.Open() || t.CancelRequested {
		return nil
	}
	return &events.TaskCancelRequested{TaskID: t.ID, Request: t.RequestSeq, Actor: actor, Reason: reason}
}

// Deletion is a wish that a task be gone.
type Deletion struct {
	Actor string
	// Force cancels an open request first, instead of refusing.
	Force bool
	// TrainingData removes what the task loaded into the vector store too.
	TrainingData bool
}

// Delete removes a task. cancelled says that a request of it was open. Errors:
// apierr.TaskNotFound, TaskRunning.
func (c *Commands) Delete(ctx context.Context, id string, d Deletion) (cancelled bool, err error) {
	_, err = c.change(ctx, id, func(t projection.Task) (events.Data, error) {
		if cancelled = t.Open(); cancelled && !d.Force {
			return nil, apierr.New(apierr.TaskRunning, t.ID)
		}
		return cancellation(t, d.Actor, ""), nil
	})
	if err != nil {
		return false, err
	}
	_, err = c.change(ctx, id, func(t projection.Task) (events.Data, error) {
		return &events.TaskDeleted{TaskID: t.ID, Actor: d.Actor, OutputPrefix: t.Request.OutputPrefix, TrainingData: d.TrainingData}, nil
	})
	return cancelled, err
}
