// Package ask asks questions about a theme of a database and answers them in
// SQL, by rule: what a schema and a sample of its rows show is enough to ask.
package ask

import (
	"context"

	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// Rules asks by rule. A question is asked in one theme only: where tables of
// several take part, in that of the table it is mainly about.
type Rules struct{}

// Ask returns about want pairs about a theme, simple ones first: fewer where
// the theme's tables do not give them, more where want would leave a table of
// its focus unasked. Every statement is a SELECT that runs as it stands, and
// equal arguments give equal pairs. The questions are in the database's
// language.
func (Rules) Ask(ctx context.Context, db *profile.Database, th theme.Theme, want int) ([]pairs.Pair, error) {
	w := &writer{language: db.Language, written: map[string]bool{}}
	for _, t := range th.Focus {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		w.about(t)
	}
	return choose(w.out, th.Focus, want), nil
}

// about writes every question whose main table is t.
func (w *writer) about(t *profile.Table) {
	if len(t.Columns) == 0 {
		return
	}
	w.single(t)
	for _, l := range first(t.Links, maxLinks) {
		w.fromChild(l)
		if parentless(l) {
			w.fromParent(l)
		}
	}
	for _, l := range first(t.Referrers, maxLinks) {
		if !parentless(l) {
			w.fromParent(l)
		}
	}
	w.together(t)
}

// parentless says that a link's questions about the parent belong to the
// child's theme, as the parent has not much of its own.
func parentless(l *profile.Link) bool { return l.To.Lookup() }
