package validate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
)

const (
	// maxRetries bounds how often one text is asked about again when the answer
	// says nothing about it.
	maxRetries = 2
	retryDelay = 200 * time.Millisecond
	// grace is what a check may take beyond the server's own limits, before the
	// connection is given up.
	grace = 10 * time.Second
)

// judge asks the database about SQL texts. It is safe for concurrent use.
//
// Nothing that a text holds is run. The server parses it by the extended
// protocol, which takes one statement only, and plans it behind EXPLAIN in a
// place where the grammar allows nothing but a query, within a read-only
// transaction whose mode cannot change any more. What planning itself may run,
// functions declared immutable or stable, is held by that transaction. The one
// thing beyond it is a function that the database's owner declared so although
// it reaches outside of transactions, by dblink for example.
type judge struct {
	pool    *pgxpool.Pool
	lang    events.Language
	timeout time.Duration
}

// ask returns nil for a statement that reads and can be planned, else why not,
// and how often it had to ask again. An error means that the database could
// not be asked.
func (j *judge) ask(ctx context.Context, sql string) (r *refusal, retries int, err error) {
	if r := lookAt(sql, j.lang); r != nil {
		return r, 0, nil
	}
	for ; ; retries++ {
		r, err = j.askOnce(ctx, sql)
		if ctx.Err() != nil {
			return nil, retries, ctx.Err()
		}
		if err == nil && (r == nil || !transient(r.SQLState)) {
			return r, retries, nil
		}
		if retries == maxRetries {
			r, err = j.giveUp(ctx, r, err)
			return r, retries, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryDelay << retries):
		}
	}
}

// giveUp decides after the last retry. A check that outlasted every limit is
// held against the statement if the database answers otherwise.
func (j *judge) giveUp(ctx context.Context, r *refusal, err error) (*refusal, error) {
	if !errors.Is(err, context.DeadlineExceeded) {
		return r, err
	}
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if j.pool.Ping(ctx) != nil {
		return nil, err
	}
	return timedOut(j.lang, ""), nil
}

func (j *judge) askOnce(ctx context.Context, sql string) (*refusal, error) {
	conn, err := j.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("acquire connection: %w", err)
	}
	defer conn.Release() // a closed connection leaves the pool
	ctx, cancel := context.WithTimeout(ctx, 2*j.timeout+grace)
	defer cancel()
	before, err := stateOf(ctx, conn.Conn())
	if err != nil {
		return nil, err
	}
	err = j.explain(ctx, conn.Conn(), sql)
	if after, stateErr := stateOf(ctx, conn.Conn()); stateErr != nil || after != before {
		_ = conn.Conn().Close(ctx) // whatever is left in the session ends here
	}
	if r, ok := errors.AsType[*refusal](err); ok {
		return r, nil
	}
	if r := refused(err, j.lang); r != nil {
		return r, nil
	}
	return nil, err
}

// explain returns nil, a *refusal, or the server's or connection's error.
func (j *judge) explain(ctx context.Context, conn *pgx.Conn, sql string) (err error) {
	if err := begin(ctx, conn, j.timeout); err != nil {
		return err
	}
	defer func() {
		if _, rollbackErr := conn.Exec(ctx, "ROLLBACK"); rollbackErr != nil {
			err = errors.Join(err, conn.Close(ctx))
		}
	}()
	statement, err := conn.PgConn().Prepare(ctx, "", sql, nil)
	switch {
	case err != nil:
		return err
	case len(statement.ParamOIDs) > 0:
		return &refusal{Reason: reasonParameters, Message: j.lang.Pick("SQL 含有参数（如 $1），无法单独执行", "the SQL has parameters such as $1 and cannot run by itself")}
	case len(statement.Fields) == 0:
		return notReading(j.lang)
	}
	if err := j.volatile(ctx, conn, sql); err != nil {
		return err
	}
	return j.plan(ctx, conn.PgConn(), sql)
}
