package ddl

import (
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// uncheckedBodies lets functions speak of tables that come later.
const uncheckedBodies = "SET check_function_bodies = off;"

// placeObjects puts every object into a file. One that needs a table goes into
// the file of the first table, in the order of loading, that has need of it.
// Every other goes into its schema's file, or into an earlier one that has need
// of it, so that the files load in the order of their names even where two
// schemas need each other. Servers, which have no schema, go where their first
// table's schema is.
func (b *book) placeObjects() {
	for _, t := range b.order.Tables {
		file := b.files.schemas[t.Schema] + typesSuffix
		for _, o := range t.Objects {
			at, placed := b.place[o]
			switch {
			case len(o.DependsOn) > 0:
				if !placed {
					b.place[o] = b.files.tables[t.FullName()].DDL
					b.within[t] = append(b.within[t], o)
				}
			case o.Schema != "":
				b.place[o] = b.files.schemas[o.Schema] + typesSuffix
			case !placed || file < at:
				b.place[o] = file
			}
		}
	}
	for _, o := range slices.Backward(b.schema.Objects) {
		for _, need := range o.Needs {
			if b.place[o] != "" && len(o.DependsOn) == 0 {
				b.place[need] = min(b.place[need], b.place[o])
			}
		}
	}
}

// ownObjects are those that the table's file makes before and after the table.
func (b *book) ownObjects(t *catalog.Table) (before, after []*catalog.Object) {
	for _, o := range b.within[t] {
		if slices.Contains(o.DependsOn, t.FullName()) {
			after = append(after, o)
		} else {
			before = append(before, o)
		}
	}
	return before, after
}

// objects writes some that stand in a table's file.
func (b *book) objects(text *strings.Builder, list []*catalog.Object) {
	if slices.ContainsFunc(list, func(o *catalog.Object) bool { return o.Kind == catalog.FunctionObject }) {
		text.WriteString(uncheckedBodies + "\n")
	}
	for _, o := range list {
		text.WriteString(b.object(o) + "\n")
	}
}

// object makes an object, or says why it cannot be made.
func (b *book) object(o *catalog.Object) string {
	absent := slices.ContainsFunc(o.DependsOn, func(n catalog.Name) bool { return !b.isThere(n) })
	if o.Kind == catalog.UnsupportedObject || absent {
		return b.lang.Sprintf("-- 需要先手工创建: %s", "-- To be made by hand first: %s", oneLine(o.SQL()))
	}
	return o.Definition
}
