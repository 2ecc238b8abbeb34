package validate

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

// oneTimeout is what the database may take to plan a statement that somebody
// waits for, and to run it.
const oneTimeout = 1500 * time.Millisecond

// CheckOne has a single text climb the ladder, for somebody who waits: what
// cannot be planned, or run, in 1.5 s is too expensive, and the limit on the
// cost is the step's default. Masking is the task's, and nothing runs where no
// row may be read. The task's tables are not known here: only the server's own
// are refused. Tables are those that the text reads, as the server resolves
// their names. The session it opens, beside pool's, is closed before it
// returns. The error is ctx's or of bizdb.Translate, when the database could
// not be asked.
func CheckOne(ctx context.Context, pool *pgxpool.Pool, lang events.Language, masking, sql string) (check events.PairCheck, tables []string, err error) {
	rules, err := newRules(ctx, pool, lang, masking)
	if err != nil {
		return check, nil, bizdb.Translate(err, lang)
	}
	rules.timeout, rules.impatient = oneTimeout, true
	j := judge{rules: rules}
	defer j.close(ctx)
	f, err := j.ask(ctx, sql)
	if err != nil {
		return check, nil, bizdb.Translate(err, lang)
	}
	tables, _, _ = pairs.Describe(sql, rules.relations.schema(sql))
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
