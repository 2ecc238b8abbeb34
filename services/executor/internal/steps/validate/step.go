// Package validate is the step sql_validation: it has the SQL of every pair
// climb a ladder of checks in the business database, from one reading statement
// to the first rows of its result, mends what it can and takes the rest out of
// the pair file.
package validate

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/quality"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// DefaultMaxCost is the planner's cost above which a query is not run: about a
// billion rows looked at, or 80 GB read, which no server does within the ten
// seconds that it has.
const DefaultMaxCost = 10_000_000

// Config sets up the step. Its zero value works.
type Config struct {
	// Concurrency is how many pairs are checked at once, each over a connection
	// of its own. Default 5.
	Concurrency int
	// StatementTimeout is what the database may take to plan a statement, and to
	// run it, and half of it what it may wait for a lock. Default 10 s.
	StatementTimeout time.Duration
	// MaxCost is the planner's cost above which a query is too expensive to run.
	// Default DefaultMaxCost.
	MaxCost float64
	// Repairer proposes repairs where the request enables them. Default none.
	Repairer Repairer
}

type step struct{ cfg Config }

// New returns the step.
func New(cfg Config) steps.Step {
	cfg.Concurrency = cmp.Or(cfg.Concurrency, 5)
	cfg.StatementTimeout = cmp.Or(cfg.StatementTimeout, 10*time.Second)
	cfg.MaxCost = cmp.Or(cfg.MaxCost, DefaultMaxCost)
	return step{cfg}
}

func (step) Name() events.Step { return events.StepValidation }

// Run implements steps.Step. It fails with no_pairs, pair_file_malformed,
// schema_snapshot_malformed, no_valid_pairs, or the error types of
// bizdb.Translate.
func (s step) Run(ctx context.Context, run *steps.Run) (steps.Result, error) {
	start := time.Now()
	modify := run.Request.Options.ModifyOriginalFile
	source, err := open(run)
	if err != nil {
		return steps.Result{}, err
	}
	rules, err := s.rules(ctx, run)
	if err != nil {
		return steps.Result{}, err
	}
	verdicts := source.verdicts(run)
	if err := s.checkAll(ctx, run, rules, verdicts); err != nil {
		return steps.Result{}, translate(ctx, err, run.Language())
	}
	settleDuplicates(verdicts, modify, run.Language())
	outcome := sum(verdicts, modify)
	outcome.Duration = seconds(time.Since(start))
	outcome.ModelUsage = run.Model.Usage()
	if outcome.Valid == 0 {
		return steps.Result{}, noneValid(run.Language(), verdicts)
	}
	index := entries(verdicts, modify, rules.relations)
	if err := write(run, source, outcome, verdicts, index); err != nil {
		return steps.Result{}, err
	}
	if err := quality.Write(ctx, run, quality.Input{Step: events.StepValidation, Result: outcome, Pairs: index}); err != nil {
		return steps.Result{}, err
	}
	warnings := outcome.Invalid + outcome.tellModel(run)
	run.Log.Info(outcome.line(run.Language()))
	return steps.Result{Data: outcome, Warnings: warnings}, nil
}

// rules are those of the run's task, within the step's limits.
func (s step) rules(ctx context.Context, run *steps.Run) (r rules, err error) {
	pool, err := run.Business(ctx)
	if err == nil {
		r, err = newRules(ctx, pool, Task{run.Language(), run.Request.Options.Masking, run.In})
	}
	r.timeout, r.maxCost = s.cfg.StatementTimeout, s.cfg.MaxCost
	return r, translate(ctx, err, run.Language())
}

func translate(ctx context.Context, err error, lang events.Language) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return bizdb.Translate(err, lang)
}

// checkAll has checkers take the pairs that are not settled, some at a time, until
// there are none left.
func (s step) checkAll(ctx context.Context, run *steps.Run, rules rules, verdicts []*verdict) error {
	open := slices.DeleteFunc(slices.Clone(verdicts), (*verdict).settled)
	shared := checker{log: run.Log, tell: teller(run, len(open))}
	if s.cfg.Repairer != nil && run.Request.Options.EnableLLMRepair {
		shared.repair = s.cfg.Repairer.Begin(run, rules.pool)
	}
	if run.Model != nil {
		shared.hollow = &hollow{}
	}
	parts := slices.Collect(slices.Chunk(open, min(max(len(open)/(4*s.cfg.Concurrency), 1), batch)))
	var taken atomic.Int64
	judges := rules.judges(ctx, min(s.cfg.Concurrency, len(parts)))
	group, ctx := errgroup.WithContext(ctx)
	for _, j := range judges {
		c := shared
		c.judge = j
		group.Go(func() error { return c.work(ctx, parts, &taken) })
	}
	return group.Wait()
}
