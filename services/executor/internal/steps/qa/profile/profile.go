// Package profile understands a business database well enough to ask about it:
// what its tables and columns are called, what part each column plays, how
// tables hang together, and which values occur.
package profile

import (
	"cmp"
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// Database is what is known of a business database. It is not changed after
// Read and may be used concurrently.
type Database struct {
	Name     string
	Language events.Language
	// BusinessContext is what the people who asked said of it; may be empty.
	BusinessContext string
	// Tables are sorted by schema and name.
	Tables []*Table

	byName map[catalog.Name]*Table
}

// Table is a table with what people call a row of it.
type Table struct {
	*catalog.Table
	words.Term

	// Columns are those that the connection may read, in the table's order.
	Columns []*Column
	// Key are the columns that identify a row; empty where none are known.
	Key []*Column
	// Label are the columns by which people name a row: a title, or first and
	// last name. Empty where a row has no name.
	Label []*Column
	// Links lead to the tables that a row belongs to, Referrers come from those
	// that belong to it.
	Links, Referrers []*Link
	// Live are conditions on columns that leave out rows marked as deleted.
	Live []Condition
	// names are those of sampled rows by their keys, for keys and labels of one
	// column.
	names map[string]string
	// Sampled is the number of rows that were looked at, and Complete says that
	// they are all.
	Sampled  int
	Complete bool
}

// Condition is a test on a column: " IS NULL", " = 0".
type Condition struct {
	Column *Column
	Test   string
}

// Column is a column with its part.
type Column struct {
	*catalog.Column
	// Term is what people call it, and Unit what it is measured in, if known.
	Term, Unit string
	Role       Role
	// Audit marks times that say when the row was written rather than when
	// something happened.
	Audit bool
	// DateForm is the form, as to_date takes it, of dates that are written as
	// text or as a number; empty for all other columns.
	DateForm string
	// Stats are those of the sample; nil where there is none.
	Stats *Stats
}

// Blank says that the sample has rows, and no value in any.
func (c *Column) Blank() bool {
	return c.Stats != nil && c.Stats.Rows > 0 && c.Stats.Nulls == c.Stats.Rows
}

// Link is a key from one table to another, declared or inferred from names.
// Columns and RefColumns correspond by position.
type Link struct {
	From, To            *Table
	Columns, RefColumns []*Column
	Declared            bool
	// Term is what the row that is linked to is for this one: "manager".
	Term words.Term
	// Plain says that Term is no more than what the other table is called.
	Plain bool
}

// Self says that the link stays within its table.
func (l *Link) Self() bool { return l.From == l.To }

// rivals are the other links between the two tables, either way, that rows have.
func (l *Link) rivals() []*Link {
	var out []*Link
	for _, o := range slices.Concat(l.From.Links, l.To.Links) {
		if o != l && !o.Blank() && (o.From == l.From && o.To == l.To || o.From == l.To && o.To == l.From) {
			out = append(out, o)
		}
	}
	return out
}

// Clear says that no other link between the two tables could be meant by rows
// of one that have none of the other: where a department has a head and its
// employees, those without a department are not those who head none.
func (l *Link) Clear() bool {
	rivals := l.rivals()
	return len(rivals) == 0 || l.Plain && !slices.ContainsFunc(rivals, func(o *Link) bool { return o.Plain })
}

// Blank says that no row is known to have the link.
func (l *Link) Blank() bool { return slices.ContainsFunc(l.Columns, (*Column).Blank) }

// Optional says that a row need not have the link.
func (l *Link) Optional() bool {
	return slices.ContainsFunc(l.Columns, func(c *Column) bool { return !c.NotNull })
}

// Named are the distinct names of the rows that are most often linked to in the sample,
// most often first. There are none where the names are personal.
func (l *Link) Named() []string {
	if len(l.Columns) != 1 || l.Columns[0].Stats == nil || len(l.To.Key) != 1 || l.RefColumns[0] != l.To.Key[0] {
		return nil
	}
	var out []string
	for _, v := range l.Columns[0].Stats.Top {
		if name, ok := l.To.names[v.Text]; ok && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// Find returns a column by name, or nil.
func (t *Table) Find(name string) *Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// With returns the columns that play one of the roles, in the table's order, but
// for blank ones.
func (t *Table) With(roles ...Role) []*Column {
	var out []*Column
	for _, c := range t.Columns {
		if slices.Contains(roles, c.Role) && !c.Blank() {
			out = append(out, c)
		}
	}
	return out
}

// Amounts are the quantities that add up, those with decimals first: they are
// mostly money, which people ask for before numbers of things.
func (t *Table) Amounts() []*Column {
	out := t.With(Amount)
	slices.SortStableFunc(out, func(a, b *Column) int { return cmp.Compare(kindOf(a), kindOf(b)) })
	return out
}

func kindOf(c *Column) int {
	return slices.Index([]catalog.Category{catalog.Decimal, catalog.Integer}, c.Category)
}

// People says that a row stands for a person.
func (t *Table) People() bool { return hintOf(t.Name, t.Comment).is(people) }

// Junction says that a row says no more than which rows of other tables belong
// together.
func (t *Table) Junction() bool {
	distinct := map[*Table]bool{}
	linked := map[*Column]bool{}
	for _, l := range t.Links {
		distinct[l.To] = true
		for _, c := range l.Columns {
			linked[c] = true
		}
	}
	rest := 0
	for _, c := range t.Columns {
		if !linked[c] && c.Role != Key && c.Role != Hidden && !c.Audit {
			rest++
		}
	}
	return len(t.Links) == 2 && len(distinct) == 2 && rest == 0
}

// Bridge says that a row is about one row each of two other tables and has
// values, such as a hero's of an attribute: how many there are is of little
// interest.
func (t *Table) Bridge() bool {
	return len(t.Links) == 2 && t.Links[0].To != t.Links[1].To && len(t.Label) == 0 && len(t.With(Moment, Text, Code)) == 0 && !t.Junction()
}

// Lookup says that the table gives names to codes and no more.
func (t *Table) Lookup() bool {
	return len(t.Links) == 0 && len(t.Label) > 0 && len(t.Columns) <= 5 &&
		len(t.With(Amount, Level, Moment, Category)) <= 1
}

// Empty says that the table is known to have no row.
func (t *Table) Empty() bool { return t.Complete && t.Sampled == 0 }

// Closed says that the server refuses to read the table: a materialised view
// that was never filled.
func (t *Table) Closed() bool { return t.View != nil && !t.View.Populated }

// Declares says whether the columns are together unique by the schema.
func (t *Table) Declares(columns []*Column) bool {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	slices.Sort(names)
	same := func(k catalog.Constraint) bool { return slices.Equal(slices.Sorted(slices.Values(k.Columns)), names) }
	return t.PrimaryKey != nil && same(*t.PrimaryKey) || slices.ContainsFunc(t.Uniques, same)
}

// Table returns a table by name, or nil.
func (d *Database) Table(name catalog.Name) *Table { return d.byName[name] }
