package command

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
	"github.com/citu/datapipeline/services/gateway/internal/trace"
)

// NewPair is a pair that a person wrote.
type NewPair struct {
	Actor                      string
	Question, SQL, Theme, Note string
	// AllowInvalid keeps SQL that does not pass the checks.
	AllowInvalid bool
	// Language is that of what is said about the SQL.
	Language events.Language
}

// Outcome is a pair after a call.
type Outcome struct {
	Entry pairlist.Entry
	// Changed is false where the pair was so already.
	Changed bool
	// Unchecked says why nobody looked at new SQL; nil where somebody did.
	Unchecked *events.Failure
	// SameSQL are the ids of other pairs of the task that have the SQL of a new
	// pair under another question, at most maxSame.
	SameSQL []string
}

// maxSame bounds Outcome.SameSQL.
const maxSame = 10

// AddPair adds a pair to a task. One that the task has already, by content, is
// returned as it is. Errors: apierr.TaskNotFound, PairInvalid, TooManyPairs.
func (c *Commands) AddPair(ctx context.Context, id string, n NewPair) (Outcome, error) {
	list, err := c.pairs.Load(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	if e, ok := sameText(list, n.Question, n.SQL); ok {
		return Outcome{Entry: e}, nil
	}
	a, err := c.assess(ctx, list.Task, n.Question, n.SQL, n.Language, n.AllowInvalid)
	if err != nil {
		return Outcome{}, err
	}
	change := a.describe(events.PairChange{TaskID: id, PairID: a.PairID, Question: n.Question, SQL: n.SQL, Theme: n.Theme,
		Source: events.SourcePerson, Actor: n.Actor, At: time.Now().UTC(), Note: n.Note})
	list, changed, err := c.changePairs(ctx, id, func(l pairlist.List) ([]events.Data, error) {
		_, same := sameText(l, n.Question, n.SQL)
		if _, there := l.Find(a.PairID); there || same {
			return nil, nil
		}
		return []events.Data{&events.PairAdded{PairChange: change, Check: a.Check}}, room(l, 1)
	})
	if err != nil {
		return Outcome{}, err
	}
	e, ok := list.Find(a.PairID)
	if !ok {
		e, _ = sameText(list, n.Question, n.SQL)
	}
	return Outcome{Entry: e, Changed: changed, Unchecked: a.Failure, SameSQL: sameSQL(list, e)}, nil
}

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
	list, err := c.pairs.Load(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	e, ok := list.Find(pairID)
	if !ok {
		return Outcome{}, apierr.New(apierr.PairNotFound, pairID)
	}
	var a assessment
	if p.SQL != nil && *p.SQL != e.SQL {
		if a, err = c.assess(ctx, list.Task, *or(p.Question, &e.Question), *p.SQL, p.Language, p.AllowInvalid); err != nil {
			return Outcome{}, err
		}
	}
	list, changed, err := c.changePairs(ctx, id, func(l pairlist.List) ([]events.Data, error) { return p.decide(l, id, pairID, a) })
	if err != nil {
		return Outcome{}, err
	}
	e, _ = list.Find(pairID)
	return Outcome{Entry: e, Changed: changed, Unchecked: a.Failure}, nil
}

// decide is what the patch makes of a pair as it is now.
func (p PairPatch) decide(l pairlist.List, id, pairID string, a assessment) ([]events.Data, error) {
	e, ok := l.Find(pairID)
	if !ok {
		return nil, apierr.New(apierr.PairNotFound, pairID)
	}
	change := changeOf(id, e, p.Actor, p.Note)
	change.Question, change.SQL = *or(p.Question, &e.Question), *or(p.SQL, &e.SQL)
	var all []events.Data
	if change.Question != e.Question || change.SQL != e.SQL {
		change.Source = events.SourcePerson
		check := e.Check
		if change.SQL != e.SQL {
			change, check = a.describe(change), a.Check
		}
		all = append(all, &events.PairEdited{PairChange: change, Check: withoutRepair(check)})
		e.Decision, e.Note = "", change.Note
	}
	if p.Decision != nil && (*p.Decision != e.Decision || change.Note != e.Note) {
		all = append(all, &events.PairReviewed{PairChange: change, Decision: *p.Decision})
	}
	if len(all) == 0 {
		return nil, nil
	}
	if e.Version > p.Version {
		return nil, apierr.New(apierr.PairChanged, pairID, e.Version)
	}
	return all, room(l, touched(e))
}

// Review decides about several pairs at once, all or none of them.
type Review struct {
	Actor string
	// IDs are at most broker.MaxPairBatch.
	IDs      []string
	Decision string
	Note     *string
	// Version is as in PairPatch, for all of them.
	Version uint64
}

// ReviewPairs returns the pairs as they are then, and how many of them changed.
// Errors: apierr.TaskNotFound, PairNotFound, PairChanged, TooManyPairs; their
// details name the pairs.
func (c *Commands) ReviewPairs(ctx context.Context, id string, r Review) ([]pairlist.Entry, int, error) {
	n := 0
	list, _, err := c.changePairs(ctx, id, func(l pairlist.List) ([]events.Data, error) {
		all, err := r.decide(l, id)
		n = len(all)
		return all, err
	})
	if err != nil {
		return nil, 0, err
	}
	entries := make([]pairlist.Entry, len(r.IDs))
	byID := list.ByID()
	for i, pairID := range r.IDs {
		entries[i] = byID[pairID]
	}
	return entries, n, nil
}

func (r Review) decide(l pairlist.List, id string) ([]events.Data, error) {
	var all []events.Data
	var faults []apierr.Detail
	fresh := 0
	entries := l.ByID()
	for i, pairID := range r.IDs {
		if slices.Contains(r.IDs[:i], pairID) {
			continue
		}
		at := fmt.Sprintf("/pair_ids/%d", i)
		e, ok := entries[pairID]
		change := changeOf(id, e, r.Actor, r.Note)
		switch {
		case !ok:
			faults = append(faults, apierr.Detail{Pointer: at, Type: apierr.PairNotFound, Params: []any{pairID}})
		case e.Decision == r.Decision && e.Note == change.Note:
		case e.Version > r.Version:
			faults = append(faults, apierr.Detail{Pointer: at, Type: apierr.PairChanged, Params: []any{pairID, e.Version}})
		default:
			fresh += touched(e)
			all = append(all, &events.PairReviewed{PairChange: change, Decision: r.Decision})
		}
	}
	if len(faults) > 0 {
		return nil, &apierr.Error{Type: faults[0].Type, Params: faults[0].Params, Details: faults}
	}
	return all, room(l, fresh)
}

// changePairs publishes what decide makes of a task's pairs, and decides anew
// when somebody else's events came first. Without data nothing is published. It
// returns the pairs as they then are.
func (c *Commands) changePairs(ctx context.Context, id string, decide func(pairlist.List) ([]events.Data, error)) (_ pairlist.List, changed bool, _ error) {
	for {
		last, err := c.broker.LastPairSeq(ctx, id)
		if err != nil {
			return pairlist.List{}, false, err
		}
		l, err := c.pairs.Load(ctx, id)
		if err != nil {
			return pairlist.List{}, false, err
		}
		data, err := decide(l)
		if err != nil || len(data) == 0 {
			return l, false, err
		}
		all := c.eventsOf(ctx, data)
		seq, err := c.broker.PublishPairs(ctx, all, last)
		if errors.Is(err, broker.ErrConflict) && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return pairlist.List{}, false, fmt.Errorf("change pairs of %s: %w", id, err)
		}
		for i := range all {
			all[i].Sequence = seq - uint64(len(all)-1-i)
		}
		return l.With(all...), true, nil
	}
}

func (c *Commands) eventsOf(ctx context.Context, data []events.Data) []events.Event {
	all := make([]events.Event, len(data))
	for i, d := range data {
		all[i] = events.New(service, d)
		all[i].TraceParent = trace.Of(ctx)
	}
	return all
}

// changeOf is a change that leaves the text of a pair as it is.
func changeOf(id string, e pairlist.Entry, actor string, note *string) events.PairChange {
	return events.PairChange{TaskID: id, PairID: e.ID, Question: e.Question, SQL: e.SQL, Theme: clip(e.Theme),
		Tables: e.Tables[:min(len(e.Tables), events.MaxPairTables)], Shapes: e.Shapes, Difficulty: e.Difficulty,
		Source: cmp.Or(e.Source, events.SourceRules), Actor: actor, At: time.Now().UTC(), Note: *or(note, &e.Note)}
}

// clip cuts a text to what an event takes of a theme.
func clip(theme string) string { return strings.ToValidUTF8(theme[:min(len(theme), 255)], "") }

func or[T any](p, otherwise *T) *T {
	if p != nil {
		return p
	}
	return otherwise
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

// touched is how many pairs a first change of an entry adds to those of people.
func touched(e pairlist.Entry) int {
	if e.Version == 0 {
		return 1
	}
	return 0
}

// room refuses n more pairs of people where that is too many.
func room(l pairlist.List, n int) error {
	if n > 0 && len(l.People)+n > events.MaxPeoplePairs {
		return apierr.New(apierr.TooManyPairs, events.MaxPeoplePairs)
	}
	return nil
}

// sameText finds a pair of exactly this text.
func sameText(l pairlist.List, question, sql string) (pairlist.Entry, bool) {
	for _, e := range l.Entries {
		if e.Question == question && e.SQL == sql {
			return e, true
		}
	}
	return pairlist.Entry{}, false
}

// sameSQL finds other pairs of the same SQL but for spaces and its end.
func sameSQL(l pairlist.List, of pairlist.Entry) []string {
	plain := func(sql string) string { return strings.Join(strings.Fields(strings.TrimRight(sql, "; \t\r\n")), " ") }
	var ids []string
	for _, e := range l.Entries {
		if e.ID != of.ID && len(ids) < maxSame && plain(e.SQL) == plain(of.SQL) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// textID is the id of a pair while no executor says what the normal form of
// its text is: that of the text as it stands.
func textID(question, sql string) string {
	sum := sha256.Sum256([]byte(question + "\x00" + sql))
	return "p_" + hex.EncodeToString(sum[:8])
}
