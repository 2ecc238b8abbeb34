package ask

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// rel is a table in a query.
type rel struct {
	*profile.Table
	alias string
}

// alone is a table by itself, which needs no alias.
func alone(t *profile.Table) rel { return rel{t, ""} }

// rels gives tables aliases: their initials, else more of their letters, else
// numbered ones.
func rels(tables ...*profile.Table) []rel {
	out := make([]rel, len(tables))
	used := map[string]bool{}
	for i, t := range tables {
		alias, base := initials(t.Name), initials(t.Name)
		if last := words.Split(t.Name); used[alias] && !slices.Contains(tables[:i], t) && len(last) > 0 && len(last[len(last)-1]) > 2 {
			alias = ascii(last[len(last)-1][:2], base)
		}
		for n := 2; used[alias] || catalog.Quote(alias) != alias; n++ {
			alias = base + strconv.Itoa(n)
		}
		used[alias] = true
		out[i] = rel{t, alias}
	}
	return out
}

// ascii is text if it holds small letters only.
func ascii(text, otherwise string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return otherwise
	}
	return text
}

func initials(name string) string {
	var b strings.Builder
	for _, word := range words.Split(name) {
		if r, _ := utf8.DecodeRuneInString(word); r < utf8.RuneSelf && unicode.IsLetter(r) {
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 || b.Len() > 5 {
		return "t"
	}
	return b.String()
}

// String is the table as FROM takes it. Tables of public go without schema, as
// people write them.
func (r rel) String() string {
	name := r.FullName().SQL()
	if r.Schema == "public" && !strings.HasPrefix(r.Name, "pg_") {
		name = catalog.Quote(r.Name)
	}
	if r.alias == "" {
		return name
	}
	return name + " " + r.alias
}

// col is a column of the table as what it means: a date, if it is written as
// text or as a number.
func (r rel) col(c *profile.Column) string {
	switch {
	case c.DateForm == "":
		return r.raw(c)
	case c.Category == catalog.Integer:
		return fmt.Sprintf("to_date(%s::text, '%s')", r.raw(c), c.DateForm)
	}
	return fmt.Sprintf("to_date(%s, '%s')", r.raw(c), c.DateForm)
}

// raw is a column of the table as it is.
func (r rel) raw(c *profile.Column) string {
	if r.alias == "" {
		return catalog.Quote(c.Name)
	}
	return r.alias + "." + catalog.Quote(c.Name)
}

// num is a column as a number.
func (r rel) num(c *profile.Column) string {
	if c.BaseType == "money" {
		return r.col(c) + "::numeric"
	}
	return r.col(c)
}

func (r rel) sum(c *profile.Column) string { return "SUM(" + r.num(c) + ")" }

// avg is a column's mean to two places.
func (r rel) avg(c *profile.Column) string {
	mean := "AVG(" + r.num(c) + ")"
	if float(c) {
		mean += "::numeric"
	}
	return "ROUND(" + mean + ", 2)"
}

// share is what a group's sum is of that of all, in percent to two places.
func (r rel) share(c *profile.Column) string {
	sum := r.sum(c)
	if float(c) {
		sum += "::numeric"
	}
	return percent(sum, "SUM("+sum+") OVER ()")
}

// float says that a column's type is not exact, which ROUND to places needs.
func float(c *profile.Column) bool {
	return strings.HasPrefix(c.BaseType, "real") || strings.HasPrefix(c.BaseType, "double")
}

// live are the conditions that leave out deleted rows.
func (r rel) live() []string {
	var out []string
	for _, c := range r.Live {
		out = append(out, r.col(c.Column)+c.Test)
	}
	return out
}

// on is the condition that joins r to parent along l.
func (r rel) on(l *profile.Link, parent rel) string {
	tests := make([]string, len(l.Columns))
	for i := range l.Columns {
		tests[i] = r.col(l.Columns[i]) + " = " + parent.col(l.RefColumns[i])
	}
	return strings.Join(tests, " AND ")
}

// join adds other to the rows joined so far; condition is one of on.
func inner(other rel, condition string) string { return "JOIN " + other.String() + " ON " + condition }

func left(other rel, condition string) string {
	return "LEFT JOIN " + other.String() + " ON " + strings.Join(append([]string{condition}, other.live()...), " AND ")
}

// name are the columns that people know a row by, or its key.
func (r rel) name() []string {
	columns := r.Label
	if len(columns) == 0 {
		columns = r.Key
	}
	return r.all(columns)
}

// ties are the columns that decide between rows that are otherwise equal.
func (r rel) ties() []string {
	if len(r.Key) > 0 {
		return r.all(r.Key)
	}
	return r.name()
}

// identity are the columns that tell rows apart, and by which they are known.
func (r rel) identity() []string {
	out := r.all(r.Key)
	for _, name := range r.name() {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// ordered are the columns that sort rows by what they are called.
func (r rel) ordered() []string { return unique(append(r.name(), r.all(r.Key)...)) }

// called are the columns of a row's name under a phrase, for where two tables
// have columns of the same name.
func (r rel) called(phrase string) []string {
	if len(r.Label) < 2 {
		return []string{as(r.name()[0], phrase)}
	}
	var out []string
	for _, c := range r.Label {
		out = append(out, as(r.col(c), phrase+" "+c.Term))
	}
	return out
}

// beside are the columns of a row's name next to others, under a phrase where
// a name would stand twice.
func (r rel) beside(others []string, phrase string) []string {
	taken := outputs(others)
	for _, name := range outputs(r.name()) {
		if slices.Contains(taken, name) {
			return r.called(phrase)
		}
	}
	return r.name()
}

// outputs are the names of result columns.
func outputs(cols []string) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		if _, name, ok := strings.Cut(c, " AS "); ok {
			out[i] = name
		} else {
			out[i] = c[strings.LastIndexByte(c, '.')+1:]
		}
	}
	return out
}

// shown are the columns that show a row: its name, after its key if the name
// might be shared.
func (r rel) shown() []string {
	if len(r.Label) == 1 && r.Declares(r.Label) {
		return r.name()
	}
	return r.identity()
}

func (r rel) all(columns []*profile.Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = r.col(c)
	}
	return out
}

// desc orders by a column, largest first.
func (r rel) desc(c *profile.Column) string {
	if c.NotNull {
		return r.num(c) + " DESC"
	}
	return r.num(c) + " DESC NULLS LAST"
}

// holds tests that a flag is set.
func (r rel) holds(c *profile.Column) string {
	if c.Category == catalog.Integer {
		return r.col(c) + " = 1"
	}
	return r.col(c)
}

// equals tests a column for one of the values that occur in it.
func (r rel) equals(c *profile.Column, value string) string {
	return r.col(c) + " = " + literal(c, value)
}

func literal(c *profile.Column, value string) string {
	if c.Category == catalog.Integer || c.Category == catalog.Decimal {
		return value
	}
	return catalog.Literal(value)
}
