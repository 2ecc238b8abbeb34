package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

const day = 24 * time.Hour

// firstLogDay is the oldest day whose log lines are kept.
func (s *Store) firstLogDay() time.Time { return time.Now().Add(-s.keepLogs).UTC().Truncate(day) }

// ensurePartitions attaches partitions for the days of log events, before the
// transaction that needs them. Days are remembered.
func (s *Store) ensurePartitions(ctx context.Context, batch []events.Event) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	missing := map[string]bool{}
	s.mu.Lock()
	for _, e := range batch {
		if d := e.Recorded.UTC().Format(time.DateOnly); !s.partitionDays[d] {
			missing[d] = true
		}
	}
	s.mu.Unlock()
	for _, d := range slices.Sorted(maps.Keys(missing)) {
		if _, err := s.pool.Exec(ctx, "SELECT ensure_data_pipeline_log_partitions($1::date, $1::date)", d); err != nil {
			return fmt.Errorf("attach the log partition of %s: %w", d, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.partitionDays, missing)
	return nil
}

// forgetPartitions makes sure that partitions removed behind our back come
// back.
func (s *Store) forgetPartitions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.partitionDays)
}

// MaintainPartitions attaches the log partitions of the week ahead and drops
// those older than lines are kept, without stopping readers or writers. It
// carries on where an interrupted call stopped, and must not run twice at once.
// It returns the names of the dropped partitions.
func (s *Store) MaintainPartitions(ctx context.Context) ([]string, error) {
	if _, err := s.pool.Exec(ctx, query("ensure_week_ahead")); err != nil {
		return nil, fmt.Errorf("attach log partitions: %w", err)
	}
	rows, err := s.pool.Query(ctx, query("partitions_old"), s.firstLogDay().Format("20060102"))
	if err != nil {
		return nil, fmt.Errorf("list log partitions: %w", err)
	}
	old, err := pgx.CollectRows(rows, pgx.RowToStructByPos[partition])
	if err != nil {
		return nil, fmt.Errorf("list log partitions: %w", err)
	}
	var dropped []string
	for _, p := range old {
		if err := s.drop(ctx, p); err != nil {
			return dropped, fmt.Errorf("drop log partition %s: %w", p.Name, err)
		}
		dropped = append(dropped, p.Name)
	}
	return dropped, nil
}

// partition is a table of log lines, attached or not.
type partition struct {
	Name     string
	Attached bool
	Pending  bool // a detachment was interrupted
}

// drop detaches first: dropping an attached partition locks the whole table.
func (s *Store) drop(ctx context.Context, p partition) error {
	name := pgx.Identifier{p.Name}.Sanitize()
	detach := "ALTER TABLE data_pipeline_task_logs DETACH PARTITION " + name
	switch {
	case p.Pending:
		detach += " FINALIZE"
	case p.Attached:
		detach += " CONCURRENTLY"
	default:
		detach = "SELECT"
	}
	for _, statement := range []string{detach, "DROP TABLE " + name} {
		if _, err := s.pool.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
