// Package qa is the step qa_generation: it divides the database into themes
// and asks questions about each, with the SQL that answers them. A language
// model does it where there is one and its answers pass the checks, rules do
// the rest.
package qa

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/ask"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// Config is how much is asked where the request does not say. Its zero value
// is the default.
type Config struct {
	Themes            int // about how many themes; default events.DefaultThemes
	QuestionsPerTheme int // about how many questions of each; default events.DefaultQuestionsPerTheme
}

// Step is the step.
type Step struct{ config Config }

var _ steps.Step = Step{}

// New returns the step.
func New(config Config) Step {
	if config.Themes <= 0 {
		config.Themes = events.DefaultThemes
	}
	if config.QuestionsPerTheme <= 0 {
		config.QuestionsPerTheme = events.DefaultQuestionsPerTheme
	}
	return Step{config}
}

// Name is events.StepQA.
func (Step) Name() events.Step { return events.StepQA }

// Run reads the tables that step 1 documented and writes the pair file and its
// index, the themes with their metadata, and the decision prompt. Its errors
// are step_input_missing, step_input_invalid and table_not_found (user),
// no_questions (database), and those of bizdb.Translate. A model that fails is
// no error: the result says what the rules did instead.
func (s Step) Run(ctx context.Context, run *steps.Run) (steps.Result, error) {
	started := time.Now()
	w, err := s.prepare(ctx, run)
	if err != nil {
		return steps.Result{}, err
	}
	if err := w.divide(ctx); err != nil {
		return steps.Result{}, err
	}
	if err := w.ask(ctx); err != nil {
		return steps.Result{}, err
	}
	w.list = pairs.ApplyPeople(w.made.pairs, run.Pairs)
	if err := w.write(); err != nil {
		return steps.Result{}, err
	}
	return w.result(time.Since(started)), nil
}

// work is one execution of the step.
type work struct {
	*steps.Run
	amount amount
	schema *catalog.Schema
	db     *profile.Database
	probe  *probe
	model  *model

	// prints are the fingerprints of the tables by name; see package snapshot.
	prints map[string]string
	themes []subject
	// grown is how many themes were asked for, where there are more so that every
	// table is asked about.
	grown  int
	spread ask.Spread
	failed []string // names of themes without questions
	// warnings counts the lines of the log that are one.
	warnings atomic.Int64
	made     *collection
	// list are the pairs made and those of people, as they are written.
	list []events.Pair
}

// prepare reads what the step works on.
func (s Step) prepare(ctx context.Context, run *steps.Run) (*work, error) {
	names, err := tables(run)
	if err != nil {
		return nil, err
	}
	pool, err := run.Business(ctx)
	if err != nil {
		return nil, err
	}
	w := &work{amount: s.amount(run.Request.Options)}
	w.Run = w.listening(run)
	if w.schema, err = catalog.Read(ctx, pool, names); err != nil {
		return nil, failed(ctx, run, err)
	}
	for _, n := range w.schema.Locked {
		w.Log.Warn(w.Language().Sprintf("%s 被其他会话锁定，没有关于它的问题", "there are no questions about %s: another session locks it", n))
	}
	if len(w.schema.Tables) == 0 {
		return nil, steps.Fail(events.ClassUser, "table_not_found", run.Language().Pick(
			"filename_mapping.txt 中的表在数据库里都不存在了，请重新执行 ddl_generation。",
			"None of the tables in filename_mapping.txt exist in the database any more; run ddl_generation again."), nil)
	}
	w.prints = fingerprints(w.schema)
	w.comment()
	if err := w.understand(ctx, pool); err != nil {
		return nil, failed(ctx, run, err)
	}
	w.made, w.model = newCollection(w.schema), newModel(w)
	return w, nil
}

// listening is the run with a log whose warnings are counted.
func (w *work) listening(run *steps.Run) *steps.Run {
	listened := *run
	listened.Log = run.Log.WithOptions(zap.Hooks(func(line zapcore.Entry) error {
		if line.Level >= zapcore.WarnLevel {
			w.warnings.Add(1)
		}
		return nil
	}))
	return &listened
}

// understand profiles the tables, of which nothing personal is known from here on.
func (w *work) understand(ctx context.Context, pool *pgxpool.Pool) (err error) {
	masker := mask.New(w.Request.Options.Masking)
	for i, t := range w.schema.Tables {
		w.schema.Tables[i] = t.Discreet(masker)
	}
	w.db, err = profile.Read(ctx, pool, w.schema, w.Language(), masker, w.Log)
	if err != nil {
		return err
	}
	w.db.Name, w.db.BusinessContext = w.Database, w.Request.BusinessContext
	w.probe = newProbe(pool, w.Request.Options)
	return nil
}

// failed says what was wrong with the database, unless the run has ended.
func failed(ctx context.Context, run *steps.Run, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return bizdb.Translate(err, run.Language())
}
