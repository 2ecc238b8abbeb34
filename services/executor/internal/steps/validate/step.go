// Package validate is the step sql_validation: it has the business database
// check the SQL of every pair without running any of it, mends what it can and
// takes the rest out of the pair file.
package validate

import (
	"cmp"
	"context"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// Config sets up the step. Its zero value works.
type Config struct {
	// Concurrency is how many pairs are checked at once. Default 5.
	Concurrency int
	// StatementTimeout is what the database may take over one statement, and
	// over waiting for a lock. Default 10 s.
	StatementTimeout time.Duration
	// Repairer proposes repairs where the request enables them. Default none.
	Repairer Repairer
}

type step struct{ cfg Config }

// New returns the step.
func New(cfg Config) steps.Step {
	cfg.Concurrency = cmp.Or(cfg.Concurrency, 5)
	cfg.StatementTimeout = cmp.Or(cfg.StatementTimeout, 10*time.Second)
	return step{cfg}
}

func (step) Name() events.Step { return events.StepValidation }

// Run implements steps.Step. It fails with no_pairs, pair_file_malformed,
// no_valid_pairs, or the error types of bizdb.Translate.
func (s step) Run(ctx context.Context, run *steps.Run) (steps.Result, error) {
	start := time.Now()
	source, err := open(run)
	if err != nil {
		return steps.Result{}, err
	}
	verdicts, err := s.checkAll(ctx, run, source.pairs)
	if err != nil {
		return steps.Result{}, err
	}
	outcome := sum(run, source, verdicts)
	outcome.Duration = seconds(time.Since(start))
	if outcome.Valid == 0 {
		return steps.Result{}, noneValid(run.Language(), verdicts)
	}
	if err := write(run, source, outcome, verdicts); err != nil {
		return steps.Result{}, err
	}
	run.Log.Info(outcome.line(run.Language()))
	return steps.Result{Data: outcome, Warnings: outcome.Invalid}, nil
}

// checkAll returns a verdict per pair, in the file's order.
func (s step) checkAll(ctx context.Context, run *steps.Run, list []pairs.Pair) ([]verdict, error) {
	pool, err := run.Business(ctx)
	if err != nil {
		return nil, bizdb.Translate(err, run.Language())
	}
	repair := Repair(noRepair)
	if s.cfg.Repairer != nil && run.Request.Options.EnableLLMRepair {
		repair = s.cfg.Repairer.Begin(run, pool)
	}
	c := &checker{&judge{pool, run.Language(), s.cfg.StatementTimeout}, repair, run.Log}
	verdicts := make([]verdict, len(list))
	tell := teller(run, len(list))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(s.cfg.Concurrency)
	for i, pair := range list {
		if groupCtx.Err() != nil {
			break
		}
		group.Go(func() (err error) {
			if verdicts[i], err = c.check(groupCtx, i+1, pair); err == nil {
				tell(verdicts[i])
			}
			return err
		})
	}
	if err := group.Wait(); ctx.Err() != nil {
		return nil, ctx.Err()
	} else if err != nil {
		return nil, bizdb.Translate(err, run.Language())
	}
	return verdicts, nil
}

// teller returns what tells people of a verdict, from any goroutine.
func teller(run *steps.Run, total int) func(verdict) {
	lang := run.Language()
	var mu sync.Mutex
	done := 0
	return func(v verdict) {
		mu.Lock()
		defer mu.Unlock()
		done++
		run.Progress(done, total)
		fields := []zap.Field{zap.Int("pair", v.Number), zap.String("question", v.Question), zap.String("sql", v.SQL), zap.String("error_type", v.ErrorType), zap.String("sqlstate", v.SQLState)}
		switch {
		case v.Repaired != "":
			run.Log.Info(lang.Sprintf("第 %d 对已修复：%s", "pair %d repaired: %s", v.Number, v.Message), append(fields, zap.String("repaired_sql", v.Repaired))...)
		case !v.Valid:
			run.Log.Warn(lang.Sprintf("第 %d 对无效：%s", "pair %d is invalid: %s", v.Number, v.Message), fields...)
		}
	}
}
