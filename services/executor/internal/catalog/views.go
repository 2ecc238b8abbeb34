package catalog

import (
	"maps"
	"slices"
)

// linkViews tells views and tables of each other.
func (s *Schema) linkViews() {
	tables := map[Name]*Table{}
	for _, t := range s.Tables {
		tables[t.FullName()] = t
	}
	for _, t := range s.Tables {
		if t.View != nil {
			found := map[Name]bool{}
			t.rowsFrom(tables, found, map[Name]bool{})
			t.View.Tables = slices.SortedFunc(maps.Keys(found), Name.Compare)
		}
	}
}

// rowsFrom gathers the tables that a view reads.
func (t *Table) rowsFrom(tables map[Name]*Table, found, met map[Name]bool) {
	for _, name := range t.DependsOn {
		source := tables[name]
		if source == nil || met[name] {
			continue
		}
		met[name] = true
		if source.View != nil {
			source.rowsFrom(tables, found, met)
		} else {
			found[name], source.Viewed = true, true
		}
	}
}
