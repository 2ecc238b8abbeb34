package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

// RecordLogs writes the lines of log events, which follow each other in
// PIPELINE_LOGS after from, and moves the position to the sequence to, in one
// transaction. Lines may be ahead of their task; those of deleted tasks, those
// recorded before under another sequence and those older than lines are kept
// are passed over and counted.
func (s *Store) RecordLogs(ctx context.Context, from Position, to uint64, batch []events.Event) (Position, Tally, error) {
	batch, expired := s.unexpired(batch)
	if err := s.ensurePartitions(ctx, batch); err != nil {
		return from, Tally{}, err
	}
	var tally Tally
	at, err := s.record(ctx, from, to, func(ctx context.Context, tx pgx.Tx) error {
		seen, err := loadSeen(ctx, tx, batch)
		if err != nil {
			return err
		}
		for _, e := range batch {
			seen.apply(e)
		}
		tally = seen.tally
		return seen.write(ctx, tx)
	})
	if err != nil {
		s.forgetPartitions()
	}
	tally.Expired = expired
	return at, tally, err
}

// unexpired leaves out the events whose partition is gone, or soon will be, and
// counts their lines.
func (s *Store) unexpired(batch []events.Event) ([]events.Event, int) {
	first, expired := s.firstLogDay(), 0
	kept := slices.DeleteFunc(slices.Clone(batch), func(e events.Event) bool {
		old := e.Recorded.Before(first)
		if old {
			expired += len(e.Data.(*events.Log).Lines)
		}
		return old
	})
	return kept, expired
}

func lineColumns(rows []line) pgx.NamedArgs {
	return pgx.NamedArgs{
		"stream_seq":    column(rows, func(l line) int64 { return bigint(l.seq) }),
		"line_index":    column(rows, func(l line) int32 { return integer(l.index) }),
		"recorded_at":   column(rows, func(l line) time.Time { return l.recorded }),
		"task_id":       column(rows, func(l line) string { return l.task }),
		"execution_id":  column(rows, func(l line) *string { return null(l.execution) }),
		"log_level":     column(rows, func(l line) string { return string(l.Level) }),
		"message":       column(rows, func(l line) string { return text(l.Message) }),
		"step_name":     column(rows, func(l line) *string { return null(l.Step) }),
		"module_name":   column(rows, func(l line) *string { return null(l.Module) }),
		"function_name": column(rows, func(l line) *string { return null(l.Function) }),
		"timestamp":     column(rows, func(l line) time.Time { return l.Time }),
		"extra_data":    column(rows, func(l line) json.RawMessage { return jsonb(l.Extra) }),
		"truncated":     column(rows, func(l line) bool { return l.Truncated }),
	}
}
