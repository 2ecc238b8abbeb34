package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

type pairKey struct{ task, pair string }

// pair is what a batch makes of a pair's row.
type pair struct {
	pairKey
	projection.Pair
	updatedAt time.Time // when the stream took the event Version
	changed   bool      // by this batch
}

// applyPair folds an event about a pair of a task that exists.
func (f *fold) applyPair(e events.Event) {
	d, ok := e.Data.(events.PairEvent)
	if !ok {
		return
	}
	key := pairKey{e.Task(), d.Change().PairID}
	before := f.pairs[key]
	alone := projection.Pairs{}
	if before.Version != 0 {
		alone[key.pair] = before.Pair
	}
	if after := projection.ApplyPair(alone, e)[key.pair]; after.Version != before.Version {
		f.pairs[key] = pair{key, after, e.Recorded, true}
	}
}

// loadPairs returns the stored pairs that a batch is about.
func loadPairs(ctx context.Context, tx pgx.Tx, batch []events.Event) (map[pairKey]pair, error) {
	wanted := map[pairKey]bool{}
	for _, e := range batch {
		if d, ok := e.Data.(events.PairEvent); ok {
			wanted[pairKey{e.Task(), d.Change().PairID}] = true
		}
	}
	stored := map[pairKey]pair{}
	if len(wanted) == 0 {
		return stored, nil
	}
	keys := slices.SortedFunc(maps.Keys(wanted), byPair)
	rows, err := tx.Query(ctx, query("pairs_load"),
		column(keys, func(k pairKey) string { return k.task }), column(keys, func(k pairKey) string { return k.pair }))
	if err != nil {
		return nil, fmt.Errorf("load pairs: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanPair)
	if err != nil {
		return nil, fmt.Errorf("load pairs: %w", err)
	}
	for _, p := range all {
		stored[p.pairKey] = p
	}
	return stored, nil
}

func scanPair(row pgx.CollectableRow) (p pair, err error) {
	err = row.Scan(&p.task, &p.ID, &p.Question, &p.SQL, &p.Theme, &p.Tables, &p.Shapes, &p.Difficulty, &p.Source, &p.WrittenBy,
		&p.Decision, &p.DecidedBy, &p.DecidedAt, &p.Note, &p.Check, &p.First, &p.Version)
	p.pair = p.ID
	return p, err
}

func byPair(a, b pairKey) int {
	return cmp.Or(cmp.Compare(a.task, b.task), cmp.Compare(a.pair, b.pair))
}

func queuePairs(batch *pgx.Batch, pairs map[pairKey]pair) {
	rows := slices.SortedFunc(maps.Values(pairs), func(a, b pair) int { return byPair(a.pairKey, b.pairKey) })
	rows = slices.DeleteFunc(rows, func(p pair) bool { return !p.changed })
	if len(rows) == 0 {
		return
	}
	batch.Queue(query("pairs_upsert"), pgx.NamedArgs{
		"task_id":      column(rows, func(p pair) string { return p.task }),
		"pair_id":      column(rows, func(p pair) string { return p.ID }),
		"question":     column(rows, func(p pair) string { return text(p.Question) }),
		"sql":          column(rows, func(p pair) string { return text(p.SQL) }),
		"theme":        column(rows, func(p pair) *string { return null(p.Theme) }),
		"tables":       column(rows, func(p pair) json.RawMessage { return jsonb(document(p.Tables)) }),
		"shapes":       column(rows, func(p pair) json.RawMessage { return jsonb(document(p.Shapes)) }),
		"difficulty":   column(rows, func(p pair) *string { return null(p.Difficulty) }),
		"source":       column(rows, func(p pair) string { return p.Source }),
		"written_by":   column(rows, func(p pair) *string { return null(p.WrittenBy) }),
		"decision":     column(rows, func(p pair) *string { return null(p.Decision) }),
		"decided_by":   column(rows, func(p pair) *string { return null(p.DecidedBy) }),
		"decided_at":   column(rows, func(p pair) *time.Time { return p.DecidedAt }),
		"note":         column(rows, func(p pair) *string { return null(p.Note) }),
		"verdict":      column(rows, pair.verdict),
		"check_result": column(rows, pair.check),
		"first_seq":    column(rows, func(p pair) int64 { return bigint(p.First) }),
		"last_seq":     column(rows, func(p pair) int64 { return bigint(p.Version) }),
		"updated_at":   column(rows, func(p pair) time.Time { return p.updatedAt }),
	})
}

func (p pair) verdict() *string {
	if p.Check == nil {
		return nil
	}
	return &p.Check.Verdict
}

func (p pair) check() json.RawMessage {
	if p.Check == nil {
		return nil
	}
	return jsonb(document(p.Check))
}
