package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

// chunk bounds what one statement of a cleanup removes, in rows.
const chunk = 5000

// DeleteLogs removes a chunk of the log lines of deleted tasks and reports
// whether there may be more. A crash between two chunks loses nothing.
func (s *Store) DeleteLogs(ctx context.Context) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	var task string
	err = s.pool.QueryRow(ctx, query("log_deletions_next")).Scan(&task)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for log lines to delete: %w", err)
	}
	tag, err := s.pool.Exec(ctx, query("logs_delete"), task, chunk)
	if err == nil && tag.RowsAffected() == 0 {
		err = s.finishLogDeletion(ctx, task)
	}
	if err != nil {
		return false, fmt.Errorf("delete log lines of %s: %w", task, err)
	}
	return true, nil
}

// finishLogDeletion looks once more, where no writer of log lines can be at
// work: the lock waits for one that began before the task was deleted, and a
// later one knows of the deletion.
func (s *Store) finishLogDeletion(ctx context.Context, task string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, query("position_lock"), events.StreamLogs); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, query("logs_delete"), task, chunk)
		if err != nil || tag.RowsAffected() > 0 {
			return err
		}
		batch := &pgx.Batch{}
		batch.Queue("DELETE FROM data_pipeline_log_counters WHERE task_id = $1", task)
		batch.Queue("DELETE FROM data_pipeline_log_deletions WHERE task_id = $1", task)
		return send(ctx, tx, batch)
	})
}

// Expire removes the events and line counters that are older than the stream
// itself keeps its messages, in chunks.
func (s *Store) Expire(ctx context.Context, before time.Time) error {
	for _, name := range []string{"events_expire", "log_counters_expire"} {
		for {
			tag, err := s.pool.Exec(ctx, query(name), before, chunk)
			if err != nil {
				return fmt.Errorf("remove what has expired: %w", err)
			}
			if tag.RowsAffected() < chunk {
				break
			}
		}
	}
	return nil
}
