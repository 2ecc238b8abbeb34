package pairs

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// Columns are the columns that a statement may read: those of the named tables
// ("schema.table", as of Describe) whose names occur in it, in the order of the
// schema. A name that several of the tables have counts for each of them, and
// "*" for none.
func Columns(sql string, tables []string, schema *catalog.Schema) []catalog.ColumnName {
	words := map[string]bool{}
	for _, t := range code(sql) {
		if name, ok := t.Name(); ok {
			words[name] = true
		}
	}
	var out []catalog.ColumnName
	for _, full := range tables {
		name, err := catalog.ParseName(full)
		if err != nil {
			continue
		}
		i, found := slices.BinarySearchFunc(schema.Tables, name, func(t *catalog.Table, n catalog.Name) int { return t.FullName().Compare(n) })
		if !found {
			continue
		}
		for _, c := range schema.Tables[i].Columns {
			if words[c.Name] {
				out = append(out, catalog.ColumnName{Table: name, Column: c.Name})
			}
		}
	}
	return out
}
