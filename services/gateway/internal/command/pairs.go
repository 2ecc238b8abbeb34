package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
	"github.com/citu/datapipeline/services/gateway/internal/trace"
)

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

// changePairs publishes what decide makes of a task's pairs, and decides anew
// when somebody else's events came first: what it is given was read after the
// sequence that nothing may have followed. Without data nothing is published. It
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
