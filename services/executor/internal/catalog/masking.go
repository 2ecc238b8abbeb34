package catalog

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// MaskColumn is what a masker needs to know of a column of the table.
func (t *Table) MaskColumn(c *Column) mask.Column {
	leads := func(k ForeignKey) bool { return slices.Contains(k.Columns, c.Name) }
	m := mask.Column{
		Table: t.FullName().String(), TableComment: t.Comment,
		Name: c.Name, Comment: c.Comment, Type: c.BaseType, Enum: c.Category == Enum,
		Key:    t.PrimaryKey != nil && slices.Contains(t.PrimaryKey.Columns, c.Name) || slices.ContainsFunc(t.ForeignKeys, leads),
		Viewed: t.Viewed,
	}
	if t.View != nil {
		m.Shows = c.shown()
		for _, name := range t.View.Tables {
			m.Reads = append(m.Reads, name.String())
		}
	}
	return m
}

// shown is what a masker needs to know of the column that c shows, whose type is
// that of c; nil where c is computed.
func (c *Column) shown() *mask.Column {
	from := c.Shows
	if from == nil {
		return nil
	}
	m := mask.Column{Name: from.Column, Comment: from.Comment, TableComment: from.TableComment, Type: c.BaseType, Enum: c.Category == Enum, Key: from.Key}
	if from.Table != (Name{}) {
		m.Table = from.Table.String()
	}
	return &m
}

// Discreet is the table with comments as they may be told: an example that
// somebody put into one is masked like a value of a row. It shares the rest
// with t.
func (t *Table) Discreet(masker *mask.Masker) *Table {
	told := *t
	told.Comment = masker.Text(t.Comment)
	told.Columns = slices.Clone(t.Columns)
	for i := range told.Columns {
		told.Columns[i].Comment = masker.Text(t.Columns[i].Comment)
	}
	return &told
}
