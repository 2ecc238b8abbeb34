package vector

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

var (
	//go:embed sql/delete_task.sql
	deleteTaskSQL string
	//go:embed sql/delete_scope.sql
	deleteScopeSQL string
	//go:embed sql/restore_scope.sql
	restoreScopeSQL string
	//go:embed sql/purge.sql
	purgeSQL string
)

// DeleteTask removes what no task but this one loaded, from all collections,
// for good, and returns how many documents went. It needs no Prepare; where
// there are no tables there is nothing to do. It waits for loads of the task and of
// its databases, for a few minutes; then it returns ErrBusy.
func (s *Store) DeleteTask(ctx context.Context, taskID string) (n int64, err error) {
	there, err := s.inspect(ctx)
	if err != nil || !there {
		return 0, err
	}
	err = s.alone(ctx, events.TrainingScope{TaskID: taskID}, func() error {
		return pgx.BeginFunc(ctx, s.conn, func(tx pgx.Tx) error {
			if err := tx.QueryRow(ctx, deleteTaskSQL, taskID).Scan(&n); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `DELETE FROM data_pipeline_deleted_embedding WHERE cmetadata -> 'task_ids' = jsonb_build_array($1::text)`, taskID)
			return err
		})
	})
	if err != nil {
		return 0, fmt.Errorf("delete training data: %w", err)
	}
	return n, nil
}

// Request is a request to delete or restore. The same one is carried out once.
type Request struct {
	ID    uuid.UUID
	Scope events.TrainingScope
	// Collections are the names of those that it is about.
	Collections []string
	// Before is when it was made: what was loaded later, or again, stays.
	Before time.Time
}

// Delete takes out what a request means, so that it can be restored, and returns
// how many documents went. It needs no Prepare, and waits as DeleteTask does.
func (s *Store) Delete(ctx context.Context, r Request) (n int64, err error) {
	there, err := s.inspect(ctx)
	if err != nil || !there {
		return 0, err
	}
	owner := r.Scope.Task()
	if owner == events.NoTask {
		owner = ""
	}
	err = s.alone(ctx, r.Scope, func() error {
		n, err = s.once(ctx, r, deleteScopeSQL, r.Collections, Moment(r.Before), strings.ToLower(r.Scope.Database), r.Scope.TaskID, r.Scope.LoadID, some(r.Scope.IDs), owner)
		return err
	})
	return n, err
}

// Restore brings back what a request means, and returns how many documents
// came. What is there again stays as it is. What a later load replaced comes
// back by load or id only. It needs no Prepare.
func (s *Store) Restore(ctx context.Context, r Request) (int64, error) {
	return s.once(ctx, r, restoreScopeSQL, r.Collections, strings.ToLower(r.Scope.Database), r.Scope.TaskID, r.Scope.LoadID, some(r.Scope.IDs))
}

// once runs a query that counts, unless the request was carried out before,
// whose count it returns then.
func (s *Store) once(ctx context.Context, r Request, query string, args ...any) (n int64, err error) {
	there, err := s.inspect(ctx)
	if err != nil || !there {
		return 0, err
	}
	err = pgx.BeginFunc(ctx, s.conn, func(tx pgx.Tx) error {
		// The row makes a second executor wait for the first.
		_, err := tx.Exec(ctx, `INSERT INTO data_pipeline_training_request (id, documents, done_at) VALUES ($1, -1, now()) ON CONFLICT DO NOTHING`, r.ID)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT documents FROM data_pipeline_training_request WHERE id = $1 AND documents >= 0`, r.ID).Scan(&n)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if err := tx.QueryRow(ctx, query, args...).Scan(&n); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE data_pipeline_training_request SET documents = $2 WHERE id = $1`, r.ID, n)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("training data request: %w", err)
	}
	return n, nil
}

// purgeBatch bounds a transaction of Purge.
const purgeBatch = 5000

// Purge removes for good what was taken out longer ago than a time, and forgets
// requests that are older than the stream that could bring them again. It
// returns how many documents went. It needs no Prepare.
func (s *Store) Purge(ctx context.Context, keep time.Duration) (n int64, err error) {
	there, err := s.inspect(ctx)
	if err != nil || !there {
		return 0, err
	}
	for {
		gone, err := s.conn.Exec(ctx, purgeSQL, keep.Seconds(), purgeBatch)
		if err != nil {
			return n, fmt.Errorf("purge: %w", err)
		}
		n += gone.RowsAffected()
		if gone.RowsAffected() < purgeBatch {
			break
		}
	}
	_, err = s.conn.Exec(ctx, `DELETE FROM data_pipeline_training_request WHERE done_at < now() - make_interval(secs => $1)`, max(keep, events.StreamRetention).Seconds())
	if err != nil {
		return n, fmt.Errorf("purge: %w", err)
	}
	return n, nil
}
