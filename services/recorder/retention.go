package recorder

import (
	"context"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// deleteIdle deletes the tasks that nothing happened to for longer than files
// are kept.
func (r *Recorder) deleteIdle(ctx context.Context) error {
	tasks, err := r.store.Idle(ctx, time.Now().Add(-r.cfg.fileRetention()))
	if err != nil {
		return err
	}
	for _, task := range tasks {
		if err := r.deleteIfIdle(ctx, task); err != nil {
			return err
		}
	}
	return nil
}

// deleteIfIdle deletes a task whose row the stream has nothing to add to.
func (r *Recorder) deleteIfIdle(ctx context.Context, row projection.Task) error {
	last, err := r.broker.LastTaskSeq(ctx, row.ID)
	if err != nil {
		return err
	}
	task, err := r.broker.LoadTask(ctx, row.ID, row)
	if err != nil || task.LastSeq != row.LastSeq {
		return err
	}
	return r.pronounce(ctx, &events.TaskDeleted{TaskID: task.ID, Actor: events.ActorSystem, OutputPrefix: task.Request.OutputPrefix}, last)
}
