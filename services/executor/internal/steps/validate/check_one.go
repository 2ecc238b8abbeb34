package validate

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
)

// oneTimeout is what the database may take to plan a statement that somebody
// waits for, and to run it.
const oneTimeout = 1500 * time.Millisecond

// CheckOne has a single text climb the ladder that the step would have it climb
// in the same task, for somebody who waits: what cannot be planned, or run, in
// 1.5 s is too expensive, and the limit on the cost is the step's default.
// Nothing runs where no row may be read. Tables are those that the text reads, as
// the server resolves their names; a partition counts as its table. The session
// it opens, beside pool's, is closed before it returns. The error is ctx's, of
// snapshot.Find, or of bizdb.Translate, when the database could not be asked.
func CheckOne(ctx context.Context, pool *pgxpool.Pool, task Task, sql string) (check events.PairCheck, tables []string, err error) {
	rules, err := newRules(ctx, pool, task)
	if err != nil {
		return check, nil, bizdb.Translate(err, task.Language)
	}
	rules.timeout, rules.impatient = oneTimeout, true
	j := judge{rules: rules}
	defer j.close(ctx)
	f, err := j.ask(ctx, sql)
	if err != nil {
		return check, nil, bizdb.Translate(err, task.Language)
	}
	tables, _, _ = rules.relations.describe(sql)
	return f.check(), tables, nil
}

// check is the finding as a pair carries it. The cost is told where it decided:
// it moves with the statistics, and what is valid shall not differ from one run
// to the next.
func (f finding) check() events.PairCheck {
	c := events.PairCheck{Verdict: f.verdict()}
	if r := f.refusal; r != nil {
		c.Rung, c.ErrorType, c.SQLState, c.Message, c.Hint, c.Position = r.Rung, r.Reason, r.SQLState, r.Message, r.Hint, r.Position
		if r.Rung == events.RungCost {
			c.Cost = f.cost
		}
	}
	return c
}
