package profile

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// inherit gives a view's columns the part that the columns which they show play
// in the tables that it reads: a key is one in a view too, and what is not to be
// seen is not. Columns that the view computes are known by name and type alone.
func (d *Database) inherit(t *Table, done map[*Table]bool) {
	if t.View == nil || done[t] {
		return
	}
	done[t] = true
	for _, c := range t.Columns {
		for _, name := range d.sources(t, c) {
			if source := d.Table(name); source != nil {
				d.inherit(source, done)
				c.takeRole(source)
			}
		}
	}
}

// sources are where a view's column may come from.
func (d *Database) sources(t *Table, c *Column) []catalog.Name {
	if c.Shows != nil && d.Table(c.Shows.Table) != nil {
		return []catalog.Name{c.Shows.Table}
	}
	return t.View.Reads
}

func (c *Column) takeRole(source *Table) {
	name := c.Name
	if c.Shows != nil {
		name = c.Shows.Column
	}
	from := source.Find(name)
	if from != nil && from.BaseType == c.BaseType && slices.Contains([]Role{Key, Reference, Personal, Hidden}, from.Role) {
		c.Role = from.Role
	}
}
