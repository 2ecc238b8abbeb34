package read

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// Reviewed is a task with its registered files, by name, and what people said
// about its pairs.
type Reviewed struct {
	Task   projection.Task
	Files  projection.Outputs
	People projection.Pairs
}

// Reviewed returns a task with what people said about its pairs, at the time of
// the call.
func (r *Reader) Reviewed(ctx context.Context, taskID string) (Reviewed, error) {
	s := r.load(ctx, taskID, readOutputs, readPairs)
	v := Reviewed{Files: s.outputs, People: s.pairs}
	var err error
	v.Task, err = r.fold(ctx, taskID, s, func(_, _ projection.Task, e events.Event) {
		v.Files = projection.ApplyOutput(v.Files, e)
		v.People = projection.ApplyPair(v.People, e)
	})
	return v, err
}

type pairRow struct {
	ID         string            `db:"pair_id"`
	Question   string            `db:"question"`
	SQL        string            `db:"sql"`
	Theme      string            `db:"theme"`
	Tables     []string          `db:"tables"`
	Shapes     []string          `db:"shapes"`
	Difficulty string            `db:"difficulty"`
	Source     string            `db:"source"`
	WrittenBy  string            `db:"written_by"`
	Decision   string            `db:"decision"`
	DecidedBy  string            `db:"decided_by"`
	DecidedAt  *time.Time        `db:"decided_at"`
	Note       string            `db:"note"`
	Check      *events.PairCheck `db:"check_result"`
	First      int64             `db:"first_seq"`
	Version    int64             `db:"last_seq"`
}

func readPairs(ctx context.Context, tx pgx.Tx, taskID string, s *stored) error {
	rows, err := collect[pairRow](ctx, tx, "pairs", taskID)
	if err != nil {
		return fmt.Errorf("pairs: %w", err)
	}
	s.pairs = make(projection.Pairs, len(rows))
	for _, p := range rows {
		s.pairs[p.ID] = projection.Pair{First: uint64(p.First), Version: uint64(p.Version), Pair: events.Pair{
			ID: p.ID, Question: p.Question, SQL: p.SQL, Theme: p.Theme, Tables: p.Tables, Shapes: p.Shapes,
			Difficulty: p.Difficulty, Source: p.Source, WrittenBy: p.WrittenBy, Decision: p.Decision, DecidedBy: p.DecidedBy, DecidedAt: p.DecidedAt,
			Note: p.Note, Check: p.Check,
		}}
	}
	return nil
}
