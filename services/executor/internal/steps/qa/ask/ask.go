// Package ask asks questions about a theme of a database and answers them in
// SQL, by rule: what a schema and a sample of its rows show is enough to ask.
package ask

import (
	"context"

	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// About writes every question about a theme, to choose from. A question is
// asked in one theme only: where tables of several take part, in that of the
// table it is mainly about. Every statement is a SELECT that runs as it stands,
// and equal arguments give equal candidates. The questions are in the
// database's language. The only error is ctx's.
func About(ctx context.Context, db *profile.Database, th theme.Theme) (*Candidates, error) {
	w := &writer{language: db.Language, written: map[string]bool{}}
	for _, t := range th.Focus {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		w.about(t)
	}
	return newCandidates(w.out, th.Focus), nil
}

// about writes every question whose main table is t.
func (w *writer) about(t *profile.Table) {
	bare := t.Readable && len(t.Table.Columns) == 0
	if len(t.Columns) == 0 && !bare || t.Closed() {
		return
	}
	if t.Empty() || bare {
		w.count(t)
		return
	}
	w.single(t)
	for _, l := range first(occupied(t.Links), maxLinks) {
		w.fromChild(l)
		if parentless(l) {
			w.fromParent(l)
		}
	}
	for _, l := range first(occupied(t.Referrers), maxLinks) {
		if !parentless(l) {
			w.fromParent(l)
		}
	}
	w.together(t)
}

// occupied are the links that rows have, between tables that can be read and have
// rows, as far as is known.
func occupied(links []*profile.Link) []*profile.Link {
	var out []*profile.Link
	for _, l := range links {
		if !bare(l.From) && !bare(l.To) && !l.Blank() {
			out = append(out, l)
		}
	}
	return out
}

func bare(t *profile.Table) bool { return t.Empty() || t.Closed() }

// parentless says that a link's questions about the parent belong to the
// child's theme, as the parent has not much of its own.
func parentless(l *profile.Link) bool { return l.To.Lookup() }
