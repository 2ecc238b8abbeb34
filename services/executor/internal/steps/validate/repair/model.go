package repair

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/llm/prompt"
	"github.com/citu/datapipeline/services/executor/internal/mask"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

//go:embed prompts
var promptFiles embed.FS

var prompts = prompt.MustLoad(mustSub(promptFiles, "prompts"))

// maxShown bounds what a prompt shows of the query from the fault on, in
// characters.
const maxShown = 80

// Model returns the Repairer that asks the run's model, where there is one. It
// is shown the question, the query, what the server says and the definitions of
// the tables concerned, none of their rows and nothing personal that a comment
// may hold. A model that does not answer is no
// error: the session's usage tells of it.
func Model() validate.Repairer { return model{} }

type model struct{}

func (model) Begin(run *steps.Run, db *pgxpool.Pool) validate.Repair {
	if run.Model == nil {
		return func(context.Context, validate.Fault) (string, error) { return "", nil }
	}
	m := &asker{session: run.Model, lang: run.Language(), names: &cached{db: db}, db: db, masker: mask.New(run.Request.Options.Masking)}
	return m.propose
}

type asker struct {
	session *llm.Session
	lang    events.Language
	names   *cached
	db      *pgxpool.Pool
	masker  *mask.Masker
}

// question is what a prompt is made of.
type question struct {
	Question, SQL           string
	Empty                   bool
	SQLState, Message, Hint string
	At                      string // the query from the fault on
	Tables                  string
}

type mended struct {
	SQL string `json:"sql"`
}

func (m *asker) propose(ctx context.Context, f validate.Fault) (string, error) {
	tables, err := m.tables(ctx, f.Pair.SQL)
	if err != nil {
		return "", err
	}
	p, err := prompts.Render("repair", m.lang, question{
		Question: f.Pair.Question, SQL: f.Pair.SQL, Empty: f.Empty,
		SQLState: f.SQLState, Message: f.Message, Hint: f.Hint, At: from(f.Pair.SQL, f.Position), Tables: m.masker.Text(tables),
	})
	if err != nil {
		return "", err
	}
	answer, err := llm.Ask(ctx, m.session, p, short)
	if err != nil && ctx.Err() == nil && isModels(err) {
		return "", nil
	}
	return strings.TrimSpace(answer.SQL), err
}

// isModels reports whether an error is the model's, which the session notes.
func isModels(err error) bool {
	for _, known := range []error{llm.ErrNone, llm.ErrBudget, llm.ErrUnavailable, llm.ErrAnswer} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// short refuses what no check takes; all else is for the ladder to judge.
func short(a *mended) error {
	if len(a.SQL) > validate.MaxSQL {
		return fmt.Errorf("the query has %d bytes, at most %d are accepted", len(a.SQL), validate.MaxSQL)
	}
	return nil
}

// from is a text from a position in characters on, cut short, or "".
func from(sql string, position int) string {
	runes := []rune(sql)
	if position < 1 || position > len(runes) {
		return ""
	}
	runes = runes[position-1:]
	return string(runes[:min(len(runes), maxShown)])
}

func mustSub(files fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the files are part of the program
	}
	return sub
}
