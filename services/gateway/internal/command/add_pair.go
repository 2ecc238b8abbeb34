package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
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

// AddPair adds a pair to a task. One that the task has already, by content, is
// returned as it is. Errors: apierr.TaskNotFound, PairInvalid, TooManyPairs.
func (c *Commands) AddPair(ctx context.Context, id string, n NewPair) (Outcome, error) {
	q := &inquiry{commands: c, lang: n.Language, mayBeInvalid: n.AllowInvalid}
	list, changed, err := c.changePairs(ctx, id, func(l pairlist.List) ([]events.Data, error) { return n.decide(ctx, l, id, q) })
	if err != nil {
		return Outcome{}, err
	}
	e, ok := list.Find(q.PairID)
	if !ok {
		e, _ = sameText(list, n.Question, n.SQL)
	}
	return Outcome{Entry: e, Changed: changed, Unchecked: q.Failure, SameSQL: sameSQL(list, e)}, nil
}

// decide is what becomes of a new pair beside those that are there.
func (n NewPair) decide(ctx context.Context, l pairlist.List, id string, q *inquiry) ([]events.Data, error) {
	if _, same := sameText(l, n.Question, n.SQL); same {
		return nil, nil
	}
	if err := q.ask(ctx, l.Task, n.Question, n.SQL); err != nil {
		return nil, err
	}
	if _, there := l.Find(q.PairID); there {
		return nil, nil
	}
	change := q.describe(events.PairChange{TaskID: id, PairID: q.PairID, Question: n.Question, SQL: n.SQL, Theme: n.Theme,
		Source: events.SourcePerson, Actor: n.Actor, At: time.Now().UTC(), Note: n.Note})
	return []events.Data{&events.PairAdded{PairChange: change, Check: q.Check}}, room(l, 1)
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

// maxSame bounds Outcome.SameSQL.
const maxSame = 10

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
