package command

import (
	"cmp"
	"context"
	"errors"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/catalogue"
)

// assessment is what an executor says of a person's SQL, or why none did.
type assessment struct{ events.PairAnswer }

// describe fills in what the SQL says of a pair.
func (a assessment) describe(c events.PairChange) events.PairChange {
	c.Tables, c.Shapes, c.Difficulty = a.Tables[:min(len(a.Tables), events.MaxPairTables)], a.Shapes, a.Difficulty
	return c
}

// inquiry asks about the SQL of a change once, however often others come before
// it and it is decided anew.
type inquiry struct {
	assessment
	commands     *Commands
	lang         events.Language
	mayBeInvalid bool

	asked bool
	err   error
}

func (q *inquiry) ask(ctx context.Context, t projection.Task, question, sql string) error {
	if !q.asked {
		q.asked = true
		q.assessment, q.err = q.commands.assess(ctx, t, question, sql, q.lang, q.mayBeInvalid)
	}
	return q.err
}

// assess asks an executor about SQL on the task's database. That nobody can be
// asked is no error: the next validation will look. SQL that does not pass is
// apierr.PairInvalid, unless it may be invalid.
func (c *Commands) assess(ctx context.Context, t projection.Task, question, sql string, lang events.Language, mayBeInvalid bool) (assessment, error) {
	answer, err := c.answer(ctx, t, events.PairQuestion{Question: question, SQL: sql, Language: lang})
	refusal, unanswered := unanswered(err)
	switch {
	case err == nil:
	case !unanswered:
		return assessment{}, err
	default:
		answer = events.PairAnswer{Failure: &events.Failure{ErrorType: string(refusal.Type), ErrorClass: events.ClassPlatform, Message: refusal.Message(lang)}}
	}
	if !events.ValidPairID(answer.PairID) {
		answer.PairID = textID(question, sql)
	}
	if answer.Check != nil && !answer.Check.Passes() && !mayBeInvalid {
		return assessment{}, invalid(answer.Check)
	}
	return assessment{answer}, nil
}

// snapshotFile is what the first step says the task's tables in.
const snapshotFile = "schema_snapshot.json"

// answer asks an executor what the task's validation would make of a pair.
func (c *Commands) answer(ctx context.Context, t projection.Task, q events.PairQuestion) (events.PairAnswer, error) {
	r, err := c.lastRequest(ctx, t)
	if err != nil {
		return events.PairAnswer{}, err
	}
	if q.Connection = r.Connection; q.Connection.Name == "" && q.Connection.Sealed == "" {
		return events.PairAnswer{}, apierr.New(apierr.ConnectionRequired, t.ID)
	}
	q.Masking, q.OutputPrefix = r.Options.Masking, r.OutputPrefix
	if f, ok := t.Files(events.StepValidation)[snapshotFile]; ok {
		q.Snapshot = &f
	}
	return c.checker.CheckPair(ctx, q)
}

// unanswered says whether an error means that no executor could look.
func unanswered(err error) (*apierr.Error, bool) {
	refusal, ok := errors.AsType[*apierr.Error](err)
	switch {
	case errors.Is(err, catalogue.ErrNoExecutor):
		return apierr.New(apierr.NoExecutor), true
	case errors.Is(err, catalogue.ErrExecutor):
		return apierr.New(apierr.ExecutorFailed), true
	case ok && (refusal.Type == apierr.TaskExpired || refusal.Type == apierr.ConnectionRequired):
		return refusal, true
	}
	return nil, false
}

func invalid(check *events.PairCheck) error {
	e := apierr.New(apierr.PairInvalid)
	e.Details = []apierr.Detail{{Pointer: "/sql", Type: apierr.Type(cmp.Or(check.ErrorType, check.Verdict)),
		Text: cmp.Or(check.Message, check.Verdict), Check: check}}
	return e
}
