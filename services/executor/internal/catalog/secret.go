package catalog

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// seemsSecret judges by what a column is called.
func (c *Column) seemsSecret() bool { return mask.NamesSecret(c.Name, c.Comment) }

func looksSecret(value []byte) bool { return mask.IsSecret(value) }

// MaskColumn is what a masker needs to know of a column of the table.
func (t *Table) MaskColumn(c *Column) mask.Column {
	leads := func(k ForeignKey) bool { return slices.Contains(k.Columns, c.Name) }
	return mask.Column{
		Table: t.FullName().String(), TableComment: t.Comment,
		Name: c.Name, Comment: c.Comment, Type: c.BaseType, Enum: c.Category == Enum,
		Key: t.PrimaryKey != nil && slices.Contains(t.PrimaryKey.Columns, c.Name) || slices.ContainsFunc(t.ForeignKeys, leads),
	}
}
