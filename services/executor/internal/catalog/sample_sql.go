package catalog

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// target is a table to sample, with the columns whose values are read and those
// that are not since they seem to hold secrets.
type target struct {
	*Table
	columns, withheld []*Column
}

func newTarget(t *Table) *target {
	to := &target{Table: t}
	for i := range t.Columns {
		switch c := &t.Columns[i]; {
		case !c.Readable || c.holdsBytes():
		case c.SeemsSecret():
			to.withheld = append(to.withheld, c)
		default:
			to.columns = append(to.columns, c)
		}
	}
	return to
}

func (c *Column) holdsBytes() bool {
	return c.Category == Binary || strings.HasPrefix(c.BaseType, "bytea") || c.BaseType == "tsvector"
}

// sampleSQL reads rows of a table as text: the first ones of a small table,
// or some of pages picked by chance, but always the same, of a large one.
func (t *target) sampleSQL(rows int) string {
	expressions := []string{"NULL"}
	if len(t.columns) > 0 {
		rows = min(rows, max(maxTableCells/len(t.columns), 1))
		expressions = expressions[:0]
	}
	for _, c := range t.columns {
		expressions = append(expressions, c.sampleSQL())
	}
	from := t.FullName().SQL()
	if wanted := int64(3 * rows); t.Kind.HasPages() && t.RowEstimate > 4*wanted {
		from += fmt.Sprintf(" TABLESAMPLE SYSTEM (%.6f) REPEATABLE (0)", 100*float64(wanted)/powerOfTwo(t.RowEstimate))
	}
	return fmt.Sprintf("SELECT %s FROM %s LIMIT %d", strings.Join(expressions, ", "), from, rows)
}

// powerOfTwo rounds an estimate, so that one that wavers gives the same sample.
func powerOfTwo(n int64) float64 { return float64(uint64(1) << (bits.Len64(uint64(n)) - 1)) }

// sampleSQL reads no more of a large value than is shown.
func (c *Column) sampleSQL() string {
	name := Quote(c.Name)
	switch c.Category {
	case Integer, Decimal, Boolean, Date, Timestamp, Time, Interval, UUID, Enum:
		return name + "::text"
	case Text:
		return fmt.Sprintf("left(%s::text, %d)", name, maxReadBytes)
	}
	return fmt.Sprintf("CASE WHEN pg_column_size(%[1]s) <= %[2]d THEN left(%[1]s::text, %[3]d) END",
		name, maxStoredBytes, maxReadBytes)
}

// mayEnumerate says whether a column can stand for an enumeration: short texts
// and small numbers that neither identify a row nor lead to another table.
func (t *Table) mayEnumerate(c *Column) bool {
	if c.Category != Text && c.BaseType != "smallint" {
		return false
	}
	if t.PrimaryKey != nil && slices.Contains(t.PrimaryKey.Columns, c.Name) {
		return false
	}
	unique := func(k Constraint) bool { return len(k.Columns) == 1 && k.Columns[0] == c.Name }
	refers := func(k ForeignKey) bool { return slices.Contains(k.Columns, c.Name) }
	return !slices.ContainsFunc(t.Uniques, unique) && !slices.ContainsFunc(t.ForeignKeys, refers)
}
