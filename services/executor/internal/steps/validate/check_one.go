package validate

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// oneTimeout is what the database may take over a statement that somebody
// waits for.
const oneTimeout = 2 * time.Second

// CheckOne has a single text climb the ladder, for somebody who waits: over 2 s
// it is too expensive, and the limit on the cost is the step's default. The
// session it opens, beside pool's, is closed before it returns. The error is
// ctx's or of bizdb.Translate, when the database could not be asked.
func CheckOne(ctx context.Context, pool *pgxpool.Pool, lang events.Language, sql string) (events.PairCheck, error) {
	known, err := readFunctions(ctx, pool)
	if err != nil {
		return events.PairCheck{}, bizdb.Translate(err, lang)
	}
	j := judge{rules: rules{pool, lang, oneTimeout, DefaultMaxCost, known, mask.New(events.MaskData)}}
	defer j.close(ctx)
	f, err := j.ask(ctx, sql)
	if err != nil {
		return events.PairCheck{}, bizdb.Translate(err, lang)
	}
	return f.check(), nil
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
