package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/services/executor/internal/mask"
)

const (
	// apartTime bounds a view or foreign table, the connection to wherever its
	// rows are included.
	apartTime = 5 * time.Second
	// maxPlanCost is the planner's estimate beyond which a view is not read: about
	// a whole table of half a million rows.
	maxPlanCost = 15_000
)

// ErrNotSampled is wrapped by the Err of a view that costs too much to look at.
var ErrNotSampled = errors.New("reading a few rows would cost too much")

// volatile matches, in a plan, what gives other values at another time.
var volatile = regexp.MustCompile(`(?i:\b(now|random|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|` +
	`gen_random_uuid|uuid_generate_v\w+|nextval|currval|lastval|txid_\w+|pg_current_\w+|current_setting|pg_backend_pid|` +
	`pg_(total_)?relation_size|pg_stat_get_\w+)\(|\bage\([^,()]*\))|` +
	`\b(CURRENT_(DATE|TIME|TIMESTAMP|USER|ROLE|CATALOG|SCHEMA)|LOCALTIME(STAMP)?|SESSION_USER)\b`)

// byServer parts views, each on its own, from the foreign tables of each server.
func byServer(tables []*target) [][]*target {
	var groups [][]*target
	index := map[string]int{}
	for _, t := range tables {
		if t.Foreign == nil {
			groups = append(groups, []*target{t})
			continue
		}
		at, met := index[t.Foreign.Server]
		if !met {
			at = len(groups)
			index[t.Foreign.Server] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], t)
	}
	return groups
}

// sampleInTurn samples a view, or the foreign tables of a server. A server that
// does not answer in time is asked no more.
func sampleInTurn(ctx context.Context, db DB, tables []*target, rows int, masker *mask.Masker, each func(TableSample)) error {
	var silent error
	for _, t := range tables {
		s := TableSample{Table: t.Table, Err: silent}
		if silent == nil {
			var err error
			if s, err = sampleApart(ctx, db, t, rows, masker); err != nil {
				return err
			}
			if errors.Is(s.Err, context.DeadlineExceeded) {
				silent = s.Err
			}
		}
		each(s)
	}
	return nil
}

// sampleApart samples a view or a foreign table. What lies behind it may be
// slow, far away or out of reach; then only this one goes without samples. A
// view whose values depend on the time is left alone, since its samples would
// be others at each run. The error says that the database is gone.
func sampleApart(ctx context.Context, db DB, t *target, rows int, masker *mask.Masker) (TableSample, error) {
	s := TableSample{Table: t.Table}
	if t.View != nil && !t.View.Populated {
		return s, nil
	}
	tx, err := db.BeginTx(ctx, toSample)
	if err != nil {
		return s, fmt.Errorf("sample: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // nothing was written
	within, cancel := context.WithTimeout(ctx, apartTime)
	defer cancel()
	if s.Columns, err = sampleView(within, tx, t, rows, masker); err != nil {
		s.Err = fmt.Errorf("sample %s: %w", t.FullName(), masker.Error(err))
	}
	return s, ctx.Err()
}

func sampleView(ctx context.Context, tx pgx.Tx, t *target, rows int, masker *mask.Masker) (map[string]Sample, error) {
	conn := tx.Conn().PgConn()
	sql := t.sampleSQL(rows)
	if t.View != nil {
		plan, err := explain(ctx, conn, sql)
		switch {
		case err != nil:
			return nil, err
		case plan.cost > maxPlanCost:
			return nil, ErrNotSampled
		case plan.volatile:
			return nil, nil
		}
	}
	return readSample(conn.ExecParams(ctx, sql, nil, nil, nil, nil), t, masker)
}

// plan is what the server intends to do with a statement.
type plan struct {
	cost     float64
	volatile bool
}

func explain(ctx context.Context, conn *pgconn.PgConn, sql string) (plan, error) {
	result := conn.ExecParams(ctx, "EXPLAIN (VERBOSE, FORMAT JSON) "+sql, nil, nil, nil, nil).Read()
	if result.Err != nil {
		return plan{}, result.Err
	}
	var plans []struct {
		Plan struct {
			Cost float64 `json:"Total Cost"`
		}
	}
	text := result.Rows[0][0]
	if err := json.Unmarshal(text, &plans); err != nil {
		return plan{}, fmt.Errorf("read a plan: %w", err)
	}
	return plan{plans[0].Plan.Cost, volatile.Match(text)}, nil
}
