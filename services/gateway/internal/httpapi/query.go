package httpapi

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

// maxText is the greatest length of a text in a query, in bytes.
const maxText = 1024

// query reads the query parameters of a call and gathers what is wrong with
// them. Parameters that are not read are refused.
type query struct {
	values map[string][]string
	known  []string
	faults []apierr.Detail
}

func queryOf(c *fiber.Ctx) *query {
	q := &query{values: map[string][]string{}}
	c.Context().QueryArgs().VisitAll(func(name, value []byte) {
		q.values[string(name)] = append(q.values[string(name)], string(value))
	})
	return q
}

// noQuery refuses any query parameter.
func noQuery(c *fiber.Ctx) error {
	if err := queryOf(c).err(); err != nil {
		return err
	}
	return c.Next()
}

func (q *query) fault(name string, t apierr.Type, params ...any) {
	q.faults = append(q.faults, apierr.Detail{Pointer: "?" + name, Type: t, Params: params})
}

// texts reads a text that may be repeated.
func (q *query) texts(name string) []string {
	q.known = append(q.known, name)
	for _, v := range q.values[name] {
		switch {
		case len(v) > maxText:
			q.fault(name, apierr.TooLong, maxText)
			return nil
		case !utf8.ValidString(v) || strings.ContainsRune(v, 0):
			q.fault(name, apierr.InvalidCharacter)
			return nil
		}
	}
	return q.values[name]
}

// text reads a text; "" where it is absent.
func (q *query) text(name string) string {
	switch all := q.texts(name); len(all) {
	case 0:
		return ""
	case 1:
		return all[0]
	}
	q.fault(name, apierr.DuplicateField)
	return ""
}

// number reads a whole number within bounds.
func (q *query) number(name string, absent, least, most int) int {
	v := q.text(name)
	if v == "" {
		return absent
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		q.fault(name, apierr.OutOfRange, least, most)
		return absent
	}
	return n
}

// time reads a time in RFC 3339; the zero time where it is absent. A "+" that
// was not encoded has become a space.
func (q *query) time(name string) time.Time {
	v := q.text(name)
	if v == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, strings.ReplaceAll(v, " ", "+"))
	if err != nil || t.Year() < 1 || t.Year() > 9999 {
		q.fault(name, apierr.InvalidTime)
	}
	return t
}

// span reads from and to, of which the second must be the later one.
func (q *query) span() (from, to time.Time) {
	from, to = q.time("from"), q.time("to")
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		q.fault("to", apierr.EmptySpan)
	}
	return from, to
}

// paging reads limit and cursor.
func (q *query) paging(absent, most int) read.Paging {
	return read.Paging{Limit: q.number("limit", absent, 1, most), Cursor: q.text("cursor")}
}

// choices reads a list of values, separated by commas, out of those allowed;
// nil where it is absent.
func choices[V ~string](q *query, name string, allowed []V) []V {
	v := q.text(name)
	if v == "" {
		return nil
	}
	var chosen []V
	for s := range strings.SplitSeq(v, ",") {
		if !slices.Contains(allowed, V(s)) {
			q.fault(name, apierr.NotOneOf, joined(allowed))
			return nil
		}
		chosen = append(chosen, V(s))
	}
	return chosen
}

func joined[V ~string](values []V) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, ", ")
}

// err is the refusal of all faults, nil where there is none.
func (q *query) err() error {
	for name := range q.values {
		if !slices.Contains(q.known, name) {
			q.fault(name, apierr.UnknownField)
		}
	}
	if len(q.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(q.faults, func(a, b apierr.Detail) int { return strings.Compare(a.Pointer, b.Pointer) })
	return apierr.Invalid(q.faults...)
}

// level reads a log level in any case.
func level(q *query) events.Level {
	v := events.Level(strings.ToUpper(q.text("level")))
	if v != "" && v.Rank() < 0 {
		q.fault("level", apierr.NotOneOf, joined(events.Levels()))
	}
	return v
}

// step reads the name or the number of a step.
func step(q *query) events.Step {
	v := q.text("step")
	if v == "" {
		return ""
	}
	s, err := events.ParseStep(v)
	if err != nil {
		q.fault("step", apierr.NotOneOf, joined(events.Steps()))
	}
	return s
}
