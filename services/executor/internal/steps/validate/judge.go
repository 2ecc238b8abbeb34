package validate

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

const (
	// maxRetries bounds how often one text is asked about again when the answer
	// says nothing about it.
	maxRetries = 2
	retryDelay = 200 * time.Millisecond
	// batch is how many texts are planned in one round trip.
	batch = 32
)

// rules are what texts are judged by. They are safe for concurrent use.
type rules struct {
	pool      *pgxpool.Pool
	lang      events.Language
	timeout   time.Duration
	maxCost   float64
	functions functions
	relations relations
	tables    map[catalog.Name]bool // of the task; nil where they are not known
	masker    *mask.Masker
	impatient bool // somebody waits: no text has a second try
}

// newRules reads what a database has, and which of it is the task's. The limits
// are the step's defaults.
func newRules(ctx context.Context, pool *pgxpool.Pool, task Task) (rules, error) {
	r := rules{pool: pool, lang: task.Language, timeout: 10 * time.Second, maxCost: DefaultMaxCost, masker: mask.New(task.Masking)}
	var err error
	if r.tables, err = task.tables(); err != nil {
		return r, err
	}
	if r.functions, err = readFunctions(ctx, pool); err != nil {
		return r, err
	}
	r.relations, err = readRelations(ctx, pool)
	return r, err
}

// judge has texts climb the ladder: one reading statement, its names, its plan,
// the plan's cost, its first rows, unless no row may be read. What the server
// says is told without the rows' personal data. It is not safe for concurrent
// use.
//
// No text is ever where it could do more than read. The server parses it by the
// extended protocol, which takes one statement only, behind DECLARE CURSOR,
// where the grammar allows nothing but a query, within a read-only transaction
// whose mode cannot change any more. A function may lie about what it does:
// the transaction holds it, and its end undoes settings and locks. The one
// thing beyond is a function of the database's owner that reaches outside of
// transactions by itself, by dblink for example, and says that it only reads.
type judge struct {
	rules
	session *session // nil until it is needed
}

// finding is what the ladder made of a text.
type finding struct {
	refusal *refusal // nil for a text that passed
	empty   bool     // it passed, and its result has no rows
	cost    float64
	retries int
}

func (f finding) verdict() string {
	switch {
	case f.refusal != nil:
		return f.refusal.verdict()
	case f.empty:
		return events.VerdictEmpty
	}
	return events.VerdictValid
}

// ask judges a text. An error means that the database could not be asked.
func (j *judge) ask(ctx context.Context, sql string) (finding, error) {
	return j.climb(ctx, sql, plan{})
}

// climb judges a text whose plan may be known already.
func (j *judge) climb(ctx context.Context, sql string, known plan) (f finding, err error) {
	if f.refusal = j.look(sql); f.refusal != nil {
		return f, nil
	}
	for retries := 0; ; retries++ {
		f, err = j.climbOnce(ctx, sql, known)
		f.retries = retries
		if ctx.Err() != nil {
			return f, ctx.Err()
		}
		if err == nil && (f.refusal == nil || j.impatient || !f.refusal.mayPass()) {
			return f, nil
		}
		if retries == maxRetries {
			return j.giveUp(ctx, f, err)
		}
		known = plan{}
		select {
		case <-ctx.Done():
		case <-time.After(retryDelay << retries):
		}
	}
}

// look refuses what needs no round trip.
func (j *judge) look(sql string) *refusal {
	var tokens []sqltext.Token
	if len(sql) <= MaxSQL {
		tokens, _ = sqltext.Scan(sql)
	}
	if r := lookAt(sql, tokens, j.lang); r != nil {
		return r
	}
	return j.functions.check(tokens, j.lang)
}

func (j *judge) climbOnce(ctx context.Context, sql string, p plan) (f finding, err error) {
	if !p.asked {
		plans, err := j.plan(ctx, []string{sql})
		if err != nil {
			return f, err
		}
		p = plans[0]
	}
	f.cost = p.cost
	if f.refusal = j.refused(p.err, sql); f.refusal != nil {
		return f, nil
	}
	if f.refusal = j.checkTables(sql); f.refusal != nil {
		return f, nil
	}
	if p.cost > j.maxCost {
		f.refusal = refuse(events.RungCost, reasonCost, j.lang.Sprintf("估计的执行代价 %.0f 超过上限 %.0f", "the planner's cost of %.0f is over the limit of %.0f", p.cost, j.maxCost))
		return f, nil
	}
	if !j.masker.Reads() {
		return f, nil // its plan is all that may be asked for
	}
	rows, err := j.run(ctx, sql)
	if err == nil {
		f.empty = rows == 0
		return f, nil
	}
	if aboutServer(err) {
		return f, err
	}
	f.refusal = j.stopped(err, sql)
	return f, nil
}

// plan is session.explain in a session that is opened where there is none.
func (j *judge) plan(ctx context.Context, sqls []string) (plans []plan, err error) {
	err = j.within(ctx, func(s *session) (err error) {
		plans, err = s.explain(ctx, sqls, j.lang)
		return err
	})
	return plans, err
}

func (j *judge) run(ctx context.Context, sql string) (rows int64, err error) {
	err = j.within(ctx, func(s *session) (err error) {
		rows, err = s.run(ctx, sql, j.lang)
		return err
	})
	return rows, err
}

// within calls fn with the session, and gives the session up where it is not
// left as it was.
func (j *judge) within(ctx context.Context, fn func(*session) error) (err error) {
	if err := j.open(ctx); err != nil {
		return err
	}
	err = fn(j.session)
	if !j.session.clean() {
		j.close(ctx)
	}
	return err
}

// open opens a session where there is none.
func (j *judge) open(ctx context.Context) (err error) {
	if j.session == nil {
		j.session, err = openSession(ctx, j.pool, j.timeout)
	}
	return err
}

// close ends the session; another is opened when one is needed.
func (j *judge) close(ctx context.Context) {
	if j.session != nil {
		_ = j.session.close(ctx) // there is nothing in it to be lost
		j.session = nil
	}
}

// giveUp decides after the last retry. A check that outlasted every limit is
// held against the text if the database answers otherwise.
func (j *judge) giveUp(ctx context.Context, f finding, err error) (finding, error) {
	if !errors.Is(err, context.DeadlineExceeded) {
		return f, err
	}
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if j.pool.Ping(ctx) != nil {
		return f, err
	}
	f.refusal = timedOut(j.lang, "")
	return f, nil
}
