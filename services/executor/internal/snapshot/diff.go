package snapshot

import (
	"cmp"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
)

// differ compares definitions and finds the words for what differs.
type differ struct{ lang events.Language }

func (d differ) tables(before, now []Table) TableChanges {
	changes := TableChanges{Added: []string{}, Removed: []string{}, Changed: []TableChange{}}
	pair(before, now, func(t Table) string { return t.Table }, func(was, is *Table) {
		switch {
		case was == nil:
			changes.Added = append(changes.Added, is.Table)
		case is == nil:
			changes.Removed = append(changes.Removed, was.Table)
		case was.Fingerprint == is.Fingerprint:
			changes.Unchanged++
		default:
			changes.Changed = append(changes.Changed, TableChange{is.Table, d.table(was.Definition, is.Definition)})
		}
	})
	slices.Sort(changes.Added)
	slices.Sort(changes.Removed)
	slices.SortFunc(changes.Changed, func(a, b TableChange) int { return cmp.Compare(a.Table, b.Table) })
	return changes
}

func (d differ) objects(before, now []Object) []Change {
	changes := []Change{}
	pair(before, now, func(o Object) string { return o.Object }, func(was, is *Object) {
		switch {
		case was == nil:
			changes = append(changes, d.change(Change{Kind: ObjectAdded, Object: is.Object, After: is.Definition}))
		case is == nil:
			changes = append(changes, d.change(Change{Kind: ObjectRemoved, Object: was.Object, Before: was.Definition}))
		case was.Fingerprint != is.Fingerprint:
			changes = append(changes, d.change(Change{Kind: ObjectChanged, Object: is.Object, Before: was.Definition, After: is.Definition}))
		}
	})
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.Object, b.Object) })
	return changes
}

// table finds every difference of two definitions: none exactly if they are
// equal.
func (d differ) table(was, is Definition) []Change {
	changes := d.changed("", tableAspects, was, is)
	changes = append(changes, d.columns(was.Columns, is.Columns)...)
	pair(was.Constraints, is.Constraints, Constraint.name, func(was, is *Constraint) {
		c := present(Change{}, was, is, Constraint.sql, ConstraintAdded, ConstraintRemoved, ConstraintChanged)
		c.Constraint = cmp.Or(was, is).Name
		changes = d.append(changes, c)
	})
	pair(was.Indexes, is.Indexes, indexName, func(was, is *Index) {
		c := present(Change{}, was, is, Index.sql, IndexAdded, IndexRemoved, IndexChanged)
		c.Index = cmp.Or(was, is).Name
		changes = d.append(changes, c)
	})
	return changes
}

func (d differ) columns(was, is []Column) []Change {
	var changes []Change
	pair(was, is, columnName, func(was, is *Column) {
		if was != nil && is != nil {
			changes = append(changes, d.changed(is.Name, columnAspects, *was, *is)...)
			return
		}
		c := present(Change{}, was, is, Column.sql, ColumnAdded, ColumnRemoved, "")
		c.Column = cmp.Or(was, is).Name
		changes = d.append(changes, c)
	})
	if before, now := common(was, is), common(is, was); !slices.Equal(before, now) {
		changes = d.append(changes, Change{Kind: ColumnsReordered, Before: strings.Join(before, ", "), After: strings.Join(now, ", ")})
	}
	return changes
}

// common are the names of columns that other has too, in their own order.
func common(columns, other []Column) []string {
	there := map[string]bool{}
	for _, c := range other {
		there[c.Name] = true
	}
	var names []string
	for _, c := range columns {
		if there[c.Name] {
			names = append(names, c.Name)
		}
	}
	return names
}

// changed compares the aspects of a table or a column.
func (d differ) changed(column string, aspects []aspect, was, is any) []Change {
	var changes []Change
	for _, a := range aspects {
		if before, after := a.of(was), a.of(is); before != after {
			changes = d.append(changes, Change{Kind: a.kind, Column: column, Before: before, After: after})
		}
	}
	return changes
}

// append adds a change, unless it is none, and puts it into words.
func (d differ) append(changes []Change, c Change) []Change {
	if c.Kind == "" {
		return changes
	}
	return append(changes, d.change(c))
}

// present is what became of a part that is there before, now or both.
func present[T any](c Change, was, is *T, sql func(T) string, added, removed, changed string) Change {
	if was != nil {
		c.Kind, c.Before = removed, sql(*was)
	}
	if is != nil {
		c.Kind, c.After = added, sql(*is)
	}
	if was != nil && is != nil {
		c.Kind = changed
		if c.Before == c.After {
			c.Kind = ""
		}
	}
	return c
}

// pair calls each for every name in either list: those of before in its order,
// then what now has beyond.
func pair[T any](before, now []T, name func(T) string, each func(was, is *T)) {
	is := make(map[string]*T, len(now))
	for i := range now {
		is[name(now[i])] = &now[i]
	}
	was := make(map[string]bool, len(before))
	for i := range before {
		n := name(before[i])
		was[n] = true
		each(&before[i], is[n])
	}
	for i := range now {
		if !was[name(now[i])] {
			each(nil, &now[i])
		}
	}
}
