package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// RecordEvents folds events of PIPELINE, which follow each other in the stream
// after from, into the tables and moves the position to the sequence to, in one
// transaction. It returns the new position and what was passed over.
func (s *Store) RecordEvents(ctx context.Context, from Position, to uint64, batch []events.Event) (Position, Tally, error) {
	var tally Tally
	at, err := s.record(ctx, from, to, func(ctx context.Context, tx pgx.Tx) error {
		stored, err := load(ctx, tx, batch)
		if err != nil {
			return err
		}
		pairs, err := loadPairs(ctx, tx, batch)
		if err != nil {
			return err
		}
		f := newFold(stored, pairs)
		for _, e := range batch {
			f.apply(e)
		}
		tally = f.tally
		return f.write(ctx, tx)
	})
	return at, tally, err
}

// load returns the stored tasks that a batch is about; deleted ones are marked,
// unknown ones missing.
func load(ctx context.Context, tx pgx.Tx, batch []events.Event) (map[string]folded, error) {
	ids := map[string]bool{}
	for _, e := range batch {
		ids[e.Task()] = true
	}
	rows, err := tx.Query(ctx, query("tasks_load"), slices.Sorted(maps.Keys(ids)))
	if err != nil {
		return nil, fmt.Errorf("load tasks: %w", err)
	}
	stored := map[string]folded{}
	var id string
	var task json.RawMessage
	var t folded
	_, err = pgx.ForEachRow(rows, []any{&id, &task, &t.updatedAt}, func() error {
		t.Task = projection.Task{}
		if err := json.Unmarshal(task, &t.Task); err != nil {
			return fmt.Errorf("task %s: %w", id, err)
		}
		stored[id] = t
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load tasks: %w", err)
	}
	return stored, nil
}

// write queues the statements in the order that foreign keys ask for, and sends
// them together.
func (f *fold) write(ctx context.Context, tx pgx.Tx) error {
	batch := &pgx.Batch{}
	queueTasks(batch, f.changed())
	queueExecutions(batch, slices.SortedFunc(maps.Values(f.executions), byExecutionID))
	queueOutputs(batch, f.outputs)
	queuePairs(batch, f.pairs)
	queueEvents(batch, f.eventRows())
	queueRemovals(batch, f.removed())
	if err := send(ctx, tx, batch); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	return nil
}

// queueRemovals removes tasks and what stands in the events about them; their
// log lines follow later.
func queueRemovals(batch *pgx.Batch, ids []string) {
	if len(ids) == 0 {
		return
	}
	for _, name := range []string{"tasks_delete", "events_blank", "log_deletions_insert"} {
		batch.Queue(query(name), ids)
	}
}
