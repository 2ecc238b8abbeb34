package read

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// maxCursor is the greatest length of a cursor; those of this package are far
// shorter.
const maxCursor = 1024

// Page is a part of a list. Next and Prev are cursors to the parts beside it,
// empty where nothing is known to be there.
type Page[T any] struct {
	Items []T
	Next  string
	Prev  string
}

// Paging chooses a part of a list.
type Paging struct {
	Limit int // at least 1
	// Cursor is an earlier page's Next or Prev; empty is the list's beginning.
	Cursor string
}

// cursor is a place in a list: beyond an item, or before it.
type cursor[K any] struct {
	List string `json:"l"` // the list's kind
	Key  K      `json:"k"` // of the item
	Back bool   `json:"b,omitempty"`
}

func (c cursor[K]) encode() string {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // keys are made of numbers, strings and times
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func badCursor(cause error) error {
	return apierr.Invalid(apierr.Detail{Pointer: "?cursor", Type: apierr.InvalidCursor}).Because(cause)
}

// decodeCursor reads a cursor of a list; nil for an empty one.
func decodeCursor[K any](list, s string) (*cursor[K], error) {
	if s == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s[:min(len(s), maxCursor)])
	if err != nil {
		return nil, badCursor(err)
	}
	var c cursor[K]
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, badCursor(err)
	}
	if c.List != list {
		return nil, badCursor(fmt.Errorf("a cursor of %.32q", c.List))
	}
	return &c, nil
}

// span is how a page is cut from a list.
type span[T, K any] struct {
	list  string
	limit int
	at    *cursor[K] // nil is an end of the list
	back  bool       // towards the beginning
	key   func(T) K
}

func newSpan[T, K any](list string, p Paging, key func(T) K) (span[T, K], error) {
	at, err := decodeCursor[K](list, p.Cursor)
	if err != nil {
		return span[T, K]{}, err
	}
	return span[T, K]{list: list, limit: p.Limit, at: at, back: at != nil && at.Back, key: key}, nil
}

// page makes a page of rows in the span's direction, of which there is one more
// than its limit where the list goes on.
func (s span[T, K]) page(rows []T) Page[T] {
	more := len(rows) > s.limit
	rows = rows[:min(len(rows), s.limit)]
	if s.back {
		slices.Reverse(rows)
	}
	p := Page[T]{Items: rows}
	if len(rows) == 0 {
		return p
	}
	before, beyond := s.at != nil, more
	if s.back {
		before, beyond = more, s.at != nil
	}
	if before {
		p.Prev = cursor[K]{List: s.list, Key: s.key(rows[0]), Back: true}.encode()
	}
	if beyond {
		p.Next = cursor[K]{List: s.list, Key: s.key(rows[len(rows)-1])}.encode()
	}
	return p
}

// collectPage reads the rows of a span: its query is a template that knows
// Anchored, Back, Ascending and Descending.
func collectPage[T, K any](ctx context.Context, tx pgx.Tx, name string, s span[T, K], args pgx.NamedArgs) ([]T, error) {
	way := struct {
		Anchored, Back        bool
		Ascending, Descending string
	}{s.at != nil, s.back, "ASC", "DESC"}
	if s.back {
		way.Ascending, way.Descending = way.Descending, way.Ascending
	}
	var text strings.Builder
	if err := paged.ExecuteTemplate(&text, name+".sql", way); err != nil {
		return nil, err
	}
	return collectText[T](ctx, tx, name, text.String(), args)
}

var paged = template.Must(template.ParseFS(queries, "queries/tasks.sql", "queries/logs.sql"))

// Cut makes a page of a whole list in memory, which is ordered by a key.
// Cursors of other lists, and malformed ones, are refused.
func Cut[T, K any](list string, all []T, p Paging, key func(T) K, compare func(a, b K) int) (Page[T], error) {
	s, err := newSpan(list, p, key)
	if err != nil {
		return Page[T]{}, err
	}
	var rows []T
	for _, item := range all {
		if s.at == nil || s.back == (compare(key(item), s.at.Key) < 0) && compare(key(item), s.at.Key) != 0 {
			rows = append(rows, item)
		}
	}
	if s.back {
		slices.Reverse(rows)
	}
	return s.page(rows[:min(len(rows), s.limit+1)]), nil
}
