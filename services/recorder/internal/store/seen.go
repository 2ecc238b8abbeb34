package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

// attempt is what the lines of a task are counted by.
type attempt struct {
	task    string
	request int64
	number  int32
}

func attemptOf(d *events.Log) attempt {
	return attempt{d.TaskID, bigint(d.Request), integer(d.Attempt)}
}

// counter is how many lines of an attempt were seen.
type counter struct {
	attempt
	next int64
	at   time.Time
}

// seen is what a batch of log events adds to what was seen before.
type seen struct {
	deleted  map[string]bool
	counters map[attempt]counter
	changed  map[attempt]bool
	lines    []line
	tally    Tally
}

// line is a line with its address.
type line struct {
	events.Line
	seq       uint64
	index     int
	recorded  time.Time
	task      string
	execution string
}

// apply takes the lines of the next event that were not seen before.
func (s *seen) apply(e events.Event) {
	d := e.Data.(*events.Log)
	if s.deleted[d.TaskID] {
		s.tally.Deleted++
		return
	}
	c := s.counters[attemptOf(d)]
	first := bigint(d.FirstLine)
	repeated := int(min(max(0, c.next-first), int64(len(d.Lines))))
	s.tally.Repeated += repeated
	if repeated == len(d.Lines) {
		return
	}
	s.counters[attemptOf(d)] = counter{attemptOf(d), bigint(d.FirstLine + uint64(len(d.Lines))), e.Recorded}
	s.changed[attemptOf(d)] = true
	for i, l := range d.Lines[repeated:] {
		s.lines = append(s.lines, line{l, e.Sequence, repeated + i, e.Recorded, d.TaskID, d.ExecutionID})
	}
}

func loadSeen(ctx context.Context, tx pgx.Tx, batch []events.Event) (*seen, error) {
	s := &seen{deleted: map[string]bool{}, counters: map[attempt]counter{}, changed: map[attempt]bool{}}
	ids := map[string]bool{}
	for _, e := range batch {
		ids[e.Task()] = true
	}
	if len(ids) == 0 {
		return s, nil
	}
	rows, err := tx.Query(ctx, query("log_counters_load"), slices.Sorted(maps.Keys(ids)))
	if err != nil {
		return nil, fmt.Errorf("load log counters: %w", err)
	}
	var c counter
	var deleted bool
	_, err = pgx.ForEachRow(rows, []any{&c.task, &c.request, &c.number, &c.next, &deleted}, func() error {
		s.counters[c.attempt] = c
		s.deleted[c.task] = s.deleted[c.task] || deleted
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load log counters: %w", err)
	}
	return s, nil
}

func (s *seen) write(ctx context.Context, tx pgx.Tx) error {
	if len(s.lines) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	batch.Queue(query("logs_insert"), lineColumns(s.lines))
	var changed []counter
	for a := range s.changed {
		changed = append(changed, s.counters[a])
	}
	slices.SortFunc(changed, func(a, b counter) int {
		return cmp.Or(cmp.Compare(a.task, b.task), cmp.Compare(a.request, b.request), cmp.Compare(a.number, b.number))
	})
	batch.Queue(query("log_counters_upsert"),
		column(changed, func(c counter) string { return c.task }),
		column(changed, func(c counter) int64 { return c.request }),
		column(changed, func(c counter) int32 { return c.number }),
		column(changed, func(c counter) int64 { return c.next }),
		column(changed, func(c counter) time.Time { return c.at }))
	if err := send(ctx, tx, batch); err != nil {
		return fmt.Errorf("write log lines: %w", err)
	}
	return nil
}
