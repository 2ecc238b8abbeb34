package qa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/ask"
)

// A statement is probed for at most probeTime, those of a run together for
// about probeBudget. What is not known by then is taken for an answer.
const probeTime, probeBudget = time.Second, 30 * time.Second

// probe finds out which questions have no answer in the database.
type probe struct {
	pool *pgxpool.Pool
	left time.Duration
	// done are the statements that need no other look.
	done map[string]bool
}

// newProbe is nil where no row may be read.
func newProbe(pool *pgxpool.Pool, options events.Options) *probe {
	if options.Masking == events.SchemaOnly {
		return nil
	}
	return &probe{pool, probeBudget, map[string]bool{}}
}

// unanswered are the questions whose statements give no row or are refused by
// the server. The only error is ctx's.
func (p *probe) unanswered(ctx context.Context, list []ask.Question) (map[string]bool, error) {
	out := map[string]bool{}
	if p == nil {
		return out, nil
	}
	list = slices.DeleteFunc(slices.Clone(list), func(q ask.Question) bool { return q.Probe == "" || p.done[q.SQL] })
	if len(list) == 0 || p.left <= 0 {
		return out, nil
	}
	started := time.Now()
	defer func() { p.left -= time.Since(started) }()
	if p.exist(ctx, list, out) != nil { // one of them is to blame
		for _, q := range list {
			if err := p.exist(ctx, []ask.Question{q}, out); refused(err) {
				out[q.SQL] = true
			}
			if time.Since(started) > p.left {
				break
			}
		}
	}
	for _, q := range list {
		p.done[q.SQL] = !out[q.SQL]
	}
	return out, ctx.Err()
}

// refused says that the server will not run a statement, however long it may
// take.
func refused(err error) bool {
	const queryCanceled = "57014"
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && refusal.Code != queryCanceled
}

// exist asks in one statement which questions have a row, and adds the others
// to empty.
func (p *probe) exist(ctx context.Context, list []ask.Question, empty map[string]bool) error {
	tests := make([]string, len(list))
	for i, q := range list {
		// Planned by itself, since for the first row alone the planner takes nested
		// loops, which never end where there is no row.
		tests[i] = "EXISTS (WITH q AS MATERIALIZED (" + q.Probe + ") SELECT 1 FROM q)"
	}
	var answers []bool
	err := pgx.BeginTxFunc(ctx, p.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL statement_timeout = %d", probeTime.Milliseconds())); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT ARRAY["+strings.Join(tests, ", ")+"]", pgx.QueryExecModeExec).Scan(&answers)
	})
	for i, found := range answers {
		if !found {
			empty[list[i].SQL] = true
		}
	}
	return err
}
