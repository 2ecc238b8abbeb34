// Package qa is the step qa_generation: it divides the database into themes
// and asks questions about each, with the SQL that answers them.
package qa

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/ask"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// Themer divides a database into themes. Every table is in the focus of one of
// them. It may be called concurrently.
type Themer interface {
	// Themes returns about want themes, more where a database is large.
	Themes(ctx context.Context, db *profile.Database, want int) ([]theme.Theme, error)
}

// Asker asks about a theme. It may be called concurrently.
type Asker interface {
	// Ask returns about want pairs whose SQL is one SELECT each. An error
	// means that the theme has failed, unless ctx has ended.
	Ask(ctx context.Context, db *profile.Database, th theme.Theme, want int) ([]pairs.Pair, error)
}

// Config is how much is asked, and by whom. Its zero value is the default.
type Config struct {
	Themes            int    // about how many themes; default 5
	QuestionsPerTheme int    // about how many questions of each; default 10
	Themer            Themer // default theme.Graph
	Asker             Asker  // default ask.Rules
}

// Step is the step.
type Step struct{ config Config }

var _ steps.Step = Step{}

// New returns the step.
func New(config Config) Step {
	if config.Themes <= 0 {
		config.Themes = 5
	}
	if config.QuestionsPerTheme <= 0 {
		config.QuestionsPerTheme = 10
	}
	if config.Themer == nil {
		config.Themer = theme.Graph{}
	}
	if config.Asker == nil {
		config.Asker = ask.Rules{}
	}
	return Step{config}
}

// Name is events.StepQA.
func (Step) Name() events.Step { return events.StepQA }

// Run reads the tables that step 1 documented and writes the pair file, the
// metadata of the themes and the decision prompt. Its errors are
// step_input_missing, step_input_invalid and table_not_found (user),
// no_questions (database), and those of bizdb.Translate.
func (s Step) Run(ctx context.Context, run *steps.Run) (steps.Result, error) {
	started := time.Now()
	db, err := profileOf(ctx, run)
	if err != nil {
		return steps.Result{}, err
	}
	themes, err := s.config.Themer.Themes(ctx, db, s.config.Themes)
	if err != nil {
		return steps.Result{}, fmt.Errorf("find themes: %w", err)
	}
	asked, err := s.ask(ctx, run, db, themes)
	if err != nil {
		return steps.Result{}, err
	}
	if err := write(run, db, asked); err != nil {
		return steps.Result{}, err
	}
	return asked.result(run, time.Since(started)), nil
}

// profileOf reads the tables that the mapping names.
func profileOf(ctx context.Context, run *steps.Run) (*profile.Database, error) {
	names, err := tables(run)
	if err != nil {
		return nil, err
	}
	pool, err := run.Business(ctx)
	if err != nil {
		return nil, err
	}
	schema, err := catalog.Read(ctx, pool, names)
	if err != nil {
		return nil, failed(ctx, run, err)
	}
	if len(schema.Tables) == 0 {
		return nil, steps.Fail(events.ClassUser, "table_not_found", run.Language().Pick(
			"filename_mapping.txt 中的表在数据库里都不存在了，请重新执行 ddl_generation。",
			"None of the tables in filename_mapping.txt exist in the database any more; run ddl_generation again."), nil)
	}
	db, err := profile.Read(ctx, pool, schema, run.Language(), mask.New(run.Request.Options.Masking), run.Log)
	if err != nil {
		return nil, failed(ctx, run, err)
	}
	db.Name, db.BusinessContext = run.Database, run.Request.BusinessContext
	return db, nil
}

// failed says what was wrong with the database, unless the run has ended.
func failed(ctx context.Context, run *steps.Run, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return bizdb.Translate(err, run.Language())
}

// asked is what came of asking.
type asked struct {
	themes []theme.Theme // those with questions
	pairs  []pairs.Pair
	failed []string // names of the others
}

// ask asks about every theme. Some may fail, not all.
func (s Step) ask(ctx context.Context, run *steps.Run, db *profile.Database, themes []theme.Theme) (asked, error) {
	var out asked
	seen := map[string]bool{}
	want := s.perTheme(len(themes))
	for i, th := range themes {
		found, err := s.config.Asker.Ask(ctx, db, th, want)
		if ctx.Err() != nil {
			return asked{}, ctx.Err()
		}
		found = fresh(found, seen)
		if err != nil || len(found) == 0 {
			run.Log.Warn(run.Language().Sprintf("主题“%s”没有生成问题", "No questions about the theme %q", th.Name), zap.Error(err))
			out.failed = append(out.failed, th.Name)
		} else {
			out.themes, out.pairs = append(out.themes, th), append(out.pairs, found...)
			run.Log.Info(run.Language().Sprintf("主题“%s”：%d 个问题", "Theme %q: %d questions", th.Name, len(found)))
		}
		run.Progress(i+1, len(themes))
	}
	if len(out.pairs) == 0 {
		return asked{}, steps.Fail(events.ClassDatabase, "no_questions", run.Language().Pick(
			"没有一个主题能生成问题，请检查数据库账号是否有权读取这些表。",
			"No theme gave any question; check that the database account may read the tables."), errors.New("all themes failed"))
	}
	return out, nil
}

// perTheme asks more about each of few themes, so that a small database still
// gives many questions.
func (s Step) perTheme(themes int) int {
	if themes == 0 || themes >= s.config.Themes {
		return s.config.QuestionsPerTheme
	}
	return min(2*s.config.QuestionsPerTheme, (s.config.Themes*s.config.QuestionsPerTheme+themes-1)/themes)
}

// fresh leaves out questions that were asked before.
func fresh(found []pairs.Pair, seen map[string]bool) []pairs.Pair {
	var out []pairs.Pair
	for _, p := range found {
		if key := ask.Normal(p.Question); !seen[key] {
			seen[key] = true
			out = append(out, p)
		}
	}
	return out
}

// Result is qa_generation_result.json.
type Result struct {
	OutputFile       string   `json:"output_file"`
	TotalQuestions   int      `json:"total_questions"`
	TotalThemes      int      `json:"total_themes"`
	SuccessfulThemes int      `json:"successful_themes"`
	FailedThemes     []string `json:"failed_themes"`
	DurationSeconds  float64  `json:"duration_seconds"`
}

func (a asked) result(run *steps.Run, took time.Duration) steps.Result {
	return steps.Result{Warnings: len(a.failed), Data: Result{
		OutputFile:       pairs.FileName(run.Database, run.Stamp()),
		TotalQuestions:   len(a.pairs),
		TotalThemes:      len(a.themes) + len(a.failed),
		SuccessfulThemes: len(a.themes),
		FailedThemes:     append([]string{}, a.failed...),
		DurationSeconds:  took.Seconds(),
	}}
}
