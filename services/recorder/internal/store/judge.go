package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// exclusiveLock is the advisory lock of Exclusively.
const exclusiveLock = 0x64705f6a75646765 // "dp_judge"

// closeLimit bounds the goodbye to the server.
const closeLimit = 2 * time.Second

// candidates bounds how many tasks one call returns; the next call has the rest.
const candidates = 1000

// Exclusively calls f unless another recorder is doing the same at this time.
func (s *Store) Exclusively(ctx context.Context, f func(context.Context) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("take the lock of the monitor: %w", err)
	}
	defer conn.Release()
	var mine bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", exclusiveLock).Scan(&mine); err != nil {
		return fmt.Errorf("take the lock of the monitor: %w", err)
	}
	if !mine {
		return nil
	}
	defer func() {
		// Closing the connection gives up the lock, whatever ctx and the
		// connection are like; a pass is rare enough.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
		defer cancel()
		_ = conn.Conn().Close(ctx)
	}()
	return f(ctx)
}

// Overdue returns the running tasks whose newest request was started before t,
// the oldest first.
func (s *Store) Overdue(ctx context.Context, t time.Time) ([]projection.Task, error) {
	return s.tasks(ctx, "tasks_overdue", t)
}

// Idle returns the tasks that no event changed since t, the oldest first.
func (s *Store) Idle(ctx context.Context, t time.Time) ([]projection.Task, error) {
	return s.tasks(ctx, "tasks_idle", t)
}

func (s *Store) tasks(ctx context.Context, name string, t time.Time) ([]projection.Task, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	rows, err := s.pool.Query(ctx, query(name), t, candidates)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	tasks, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t projection.Task, err error) {
		var raw json.RawMessage
		if err := row.Scan(&raw); err != nil {
			return t, err
		}
		return t, json.Unmarshal(raw, &t)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return tasks, nil
}

// LastEvent returns the type of a task's newest recorded event, and when the
// stream took it; an empty type where there is none.
func (s *Store) LastEvent(ctx context.Context, task string) (events.Type, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	rows, err := s.pool.Query(ctx, query("events_last"), task)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("last event of %s: %w", task, err)
	}
	var kind events.Type
	var at time.Time
	if _, err := pgx.ForEachRow(rows, []any{&kind, &at}, func() error { return nil }); err != nil {
		return "", time.Time{}, fmt.Errorf("last event of %s: %w", task, err)
	}
	return kind, at, nil
}
