package catalog

import (
	"iter"
	"maps"
	"slices"
)

// Order is an order in which the tables can be created.
type Order struct {
	// Tables stand after every table that they inherit from, depend on or refer
	// to, save by the keys in Deferred; otherwise they are sorted by name.
	Tables []*Table
	// Deferred are the foreign keys that form a circle between different
	// tables. They can be added once all tables exist.
	Deferred map[*ForeignKey]bool
}

// LoadOrder finds an order for the tables of s. Tables that s lacks do not
// count.
func (s *Schema) LoadOrder() Order {
	tables := make(map[Name]*Table, len(s.Tables))
	for _, t := range s.Tables {
		tables[t.FullName()] = t
	}
	circle := circles(s.Tables, tables)
	order := Order{Deferred: map[*ForeignKey]bool{}}
	for _, t := range s.Tables {
		for _, k := range t.DeclaredKeys() {
			if circle[t.FullName()] == circle[k.References()] && k.References() != t.FullName() {
				order.Deferred[k] = true
			}
		}
	}
	order.Tables = parentsFirst(s.Tables, func(t *Table) []*Table {
		return targets(tables, t, func(k *ForeignKey) bool { return circle[t.FullName()] != circle[k.References()] })
	})
	return order
}

// DeclaredKeys yields the foreign keys that the table and its partitions
// declare, each with the one that does.
func (t *Table) DeclaredKeys() iter.Seq2[Name, *ForeignKey] {
	return func(yield func(Name, *ForeignKey) bool) {
		for i := range t.ForeignKeys {
			if k := &t.ForeignKeys[i]; !k.OnPartitions && !yield(t.FullName(), k) {
				return
			}
		}
		for _, p := range t.Partitions {
			for i := range p.ForeignKeys {
				if !yield(p.FullName(), &p.ForeignKeys[i]) {
					return
				}
			}
		}
	}
}

// targets are the tables that t inherits from, depends on or refers to by keys
// that pass.
func targets(tables map[Name]*Table, t *Table, pass func(*ForeignKey) bool) []*Table {
	found := map[Name]*Table{}
	for _, n := range slices.Concat(t.Inherits, t.DependsOn) {
		found[n] = tables[n]
	}
	for _, k := range t.DeclaredKeys() {
		if pass(k) {
			found[k.References()] = tables[k.References()]
		}
	}
	delete(found, t.FullName())
	names := slices.SortedFunc(maps.Keys(found), Name.Compare)
	list := make([]*Table, 0, len(names))
	for _, n := range names {
		if found[n] != nil {
			list = append(list, found[n])
		}
	}
	return list
}

// parentsFirst sorts tables after those they need, which form no circle unless
// the database is made of one, taking the first by name whenever there is a choice.
func parentsFirst(tables []*Table, needs func(*Table) []*Table) []*Table {
	sorted := make([]*Table, 0, len(tables))
	done := make(map[*Table]bool, len(tables))
	var visit func(*Table)
	visit = func(t *Table) {
		if done[t] {
			return
		}
		done[t] = true
		for _, n := range needs(t) {
			visit(n)
		}
		sorted = append(sorted, t)
	}
	for _, t := range tables {
		visit(t)
	}
	return sorted
}

// circles numbers the tables so that two have the same number exactly if each
// leads to the other: the strongly connected components, by Tarjan's algorithm.
func circles(list []*Table, tables map[Name]*Table) map[Name]int {
	var (
		number   = map[Name]int{} // of the component, once it is known
		index    = map[*Table]int{}
		low      = map[*Table]int{}
		stack    []*Table
		every    = func(*ForeignKey) bool { return true }
		traverse func(*Table)
	)
	traverse = func(t *Table) {
		index[t] = len(index) + 1
		low[t] = index[t]
		stack = append(stack, t)
		for _, next := range targets(tables, t, every) {
			if index[next] == 0 {
				traverse(next)
			}
			if _, closed := number[next.FullName()]; !closed {
				low[t] = min(low[t], low[next])
			}
		}
		if low[t] == index[t] {
			from := slices.Index(stack, t)
			for _, member := range stack[from:] {
				number[member.FullName()] = index[t]
			}
			stack = stack[:from]
		}
	}
	for _, t := range list {
		if index[t] == 0 {
			traverse(t)
		}
	}
	return number
}
