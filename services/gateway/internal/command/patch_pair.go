package command

import (
	"context"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
)

// PairPatch changes a pair. What is nil stays as it is.
type PairPatch struct {
	Actor         string
	Question, SQL *string
	// Decision is events.DecisionApproved or DecisionRejected; empty withdraws.
	// New text waits for a decision, unless one is given with it.
	Decision *string
	Note     *string
	// Version is what the caller has seen; a pair that was changed since is
	// apierr.PairChanged.
	Version      uint64
	AllowInvalid bool
	Language     events.Language
}

// PatchPair changes a pair of a task. Errors: apierr.TaskNotFound, PairNotFound,
// PairChanged, PairInvalid, TooManyPairs.
func (c *Commands) PatchPair(ctx context.Context, id, pairID string, p PairPatch) (Outcome, error) {
	q := &inquiry{commands: c, lang: p.Language, mayBeInvalid: p.AllowInvalid}
	list, changed, err := c.changePairs(ctx, id, func(l pairlist.List) ([]events.Data, error) {
		e, ok := l.Find(pairID)
		if !ok {
			return nil, apierr.New(apierr.PairNotFound, pairID)
		}
		return p.decide(ctx, l, id, e, q)
	})
	if err != nil {
		return Outcome{}, err
	}
	e, _ := list.Find(pairID)
	return Outcome{Entry: e, Changed: changed, Unchecked: q.Failure}, nil
}

// decide is what the patch makes of a pair as it is now.
func (p PairPatch) decide(ctx context.Context, l pairlist.List, id string, e pairlist.Entry, q *inquiry) (all []events.Data, err error) {
	edits, decides := p.wants(e)
	if !edits && !decides {
		return nil, nil
	}
	if e.Version > p.Version {
		return nil, apierr.New(apierr.PairChanged, e.ID, e.Version)
	}
	change := changeOf(id, e, p.Actor, p.Note)
	if edits {
		edited, err := p.edit(ctx, change, l.Task, e, q)
		if err != nil {
			return nil, err
		}
		change, all = edited.PairChange, append(all, edited)
	}
	if decides {
		all = append(all, &events.PairReviewed{PairChange: change, Decision: *p.Decision})
	}
	return all, room(l, touched(e))
}

// wants says what the patch changes of a pair as it is now: its text, and the
// decision about it, which new text withdraws.
func (p PairPatch) wants(e pairlist.Entry) (edits, decides bool) {
	edits = *or(p.Question, &e.Question) != e.Question || *or(p.SQL, &e.SQL) != e.SQL
	switch {
	case p.Decision == nil:
	case edits:
		decides = *p.Decision != ""
	default:
		decides = *p.Decision != e.Decision || *or(p.Note, &e.Note) != e.Note
	}
	return edits, decides
}

// edit is a change that gives a pair its new text.
func (p PairPatch) edit(ctx context.Context, change events.PairChange, t projection.Task, e pairlist.Entry, q *inquiry) (*events.PairEdited, error) {
	change.Source = events.SourcePerson
	change.Question, change.SQL = *or(p.Question, &e.Question), *or(p.SQL, &e.SQL)
	if change.SQL == e.SQL {
		return &events.PairEdited{PairChange: change, Check: withoutRepair(e.Check)}, nil
	}
	err := q.ask(ctx, t, change.Question, change.SQL)
	return &events.PairEdited{PairChange: q.describe(change), Check: withoutRepair(q.Check)}, err
}

// withoutRepair is a check without what was repaired of an earlier text.
func withoutRepair(check *events.PairCheck) *events.PairCheck {
	if check == nil {
		return nil
	}
	bare := *check
	bare.OriginalSQL, bare.Diff = "", ""
	return &bare
}
