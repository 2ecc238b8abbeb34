package validate

import (
	"context"
	"sync"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// hollow is which tables hold no row that the role sees. It is safe for
// concurrent use.
type hollow struct{ known sync.Map } // catalog.Name → bool

// explains reports whether a text finds nothing because a table that it names
// holds nothing.
func (h *hollow) explains(ctx context.Context, j *judge, sql string) bool {
	for _, name := range j.relations.named(sql) {
		if h.is(ctx, j, name) {
			return true
		}
	}
	return false
}

// is asks about a table once. One that does not answer within the limits of a
// statement, as a view may not, is taken to hold rows.
func (h *hollow) is(ctx context.Context, j *judge, name catalog.Name) bool {
	if known, ok := h.known.Load(name); ok {
		return known.(bool)
	}
	rows, err := j.run(ctx, "SELECT 1 FROM "+name.SQL()+" LIMIT 1")
	empty := err == nil && rows == 0
	h.known.Store(name, empty)
	return empty
}
