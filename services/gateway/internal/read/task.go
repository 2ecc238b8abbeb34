package read

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// stored is what Postgres knows of a task. The zero value knows nothing.
type stored struct {
	position   uint64 // all of the task's events up to it are in
	task       projection.Task
	outputs    projection.Outputs
	executions []projection.Execution
	pairs      projection.Pairs
}

// part reads a part of what is stored of a task.
type part func(ctx context.Context, tx pgx.Tx, taskID string, s *stored) error

// load returns what Postgres knows of a task, nothing where it is away: the
// stream knows all the same.
func (r *Reader) load(ctx context.Context, taskID string, parts ...part) stored {
	var s stored
	err := r.snapshot(ctx, rowTimeout, func(ctx context.Context, tx pgx.Tx) error {
		for _, read := range append([]part{readTask}, parts...) {
			if err := read(ctx, tx, taskID, &s); err != nil {
				return err
			}
		}
		return nil
	})
	known := err == nil || errors.Is(err, pgx.ErrNoRows)
	if r.away.Swap(!known) == known {
		r.log.Warn("single tasks are read from the stream alone, or no longer", zap.Bool("alone", !known), zap.Error(err))
	}
	if err != nil {
		return stored{}
	}
	return s
}

func readTask(ctx context.Context, tx pgx.Tx, taskID string, s *stored) error {
	var task json.RawMessage
	if err := tx.QueryRow(ctx, query("task"), taskID).Scan(&task, &s.position); err != nil {
		return fmt.Errorf("task: %w", err)
	}
	if err := json.Unmarshal(task, &s.task); err != nil {
		return fmt.Errorf("stored task: %w", err)
	}
	return nil
}

// fold applies the events of a task beyond what is stored and returns its
// state; each, if there is one, sees every event on the way.
func (r *Reader) fold(ctx context.Context, taskID string, s stored, each func(before, after projection.Task, e events.Event)) (projection.Task, error) {
	ctx, cancel := context.WithTimeout(ctx, streamTimeout)
	defer cancel()
	t := s.task
	err := r.stream.History(ctx, taskID, s.position, func(e events.Event) error {
		before := t
		t = projection.Apply(t, e)
		if each != nil {
			each(before, t, e)
		}
		return nil
	})
	switch {
	case err != nil:
		return projection.Task{}, fmt.Errorf("read the events of %s: %w", taskID, err)
	case !t.Exists():
		return projection.Task{}, apierr.New(apierr.TaskNotFound, taskID)
	}
	return t, nil
}

// Task returns the state of a task at the time of the call. One that is deleted
// is apierr.TaskNotFound from that moment on.
func (r *Reader) Task(ctx context.Context, taskID string) (projection.Task, error) {
	return r.fold(ctx, taskID, r.load(ctx, taskID), nil)
}
