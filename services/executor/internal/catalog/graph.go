package catalog

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// node is an entry of a system catalogue.
type node struct {
	catalogue string
	oid       uint32
}

// graph holds what each node needs; the relations that are read are nodes of
// pg_class.
type graph map[node][]node

func (r *reader) need(row pgx.CollectableRow) error {
	var source, target node
	if err := row.Scan(&source.catalogue, &source.oid, &target.catalogue, &target.oid); err != nil {
		return err
	}
	r.graph[source] = append(r.graph[source], target)
	if _, met := r.graph[target]; !met {
		r.graph[target] = nil
	}
	return nil
}

// needed lists the nodes that are no relation to be read, as two columns.
func (r *reader) needed() (catalogues []string, oids []uint32) {
	for n := range r.graph {
		if _, read := r.names[n]; !read {
			catalogues, oids = append(catalogues, n.catalogue), append(oids, n.oid)
		}
	}
	return catalogues, oids
}

// nameRelations knows the relations that are read by their nodes.
func (r *reader) nameRelations() {
	for oid := range r.roots {
		r.names[node{"pg_class", oid}] = r.known(oid)
	}
}

// relationName is a relation that something needs and that is not read.
func (r *reader) relationName(row pgx.CollectableRow) error {
	n := node{catalogue: "pg_class"}
	var name relationName
	err := row.Scan(&n.oid, &name.own.Schema, &name.own.Name, &name.root.Schema, &name.root.Name)
	if err == nil {
		r.names[n] = name
	}
	return err
}

// link tells tables and objects what they need, and sorts the objects: each
// after those it needs, and otherwise by kind and name, so that equal databases
// give equal orders.
func (r *reader) link() {
	for n, o := range r.found {
		needs, relations := r.reachable(n)
		o.Needs = slices.DeleteFunc(needs, func(need *Object) bool { return need == o })
		o.DependsOn = roots(relations)
	}
	direct := map[*Table][]*Object{}
	for _, n := range slices.SortedFunc(maps.Keys(r.graph), compareNodes) {
		if t := r.owner(n); t != nil {
			objects, relations := r.reachable(n)
			direct[t] = append(direct[t], objects...)
			t.DependsOn = append(t.DependsOn, roots(relations)...)
			if t.View != nil {
				t.View.Reads = r.reads(n)
			}
		}
	}
	r.schema.Objects = inOrder(slices.Concat(slices.Collect(maps.Values(direct))...))
	for _, o := range r.schema.Objects {
		for _, need := range o.Needs {
			o.DependsOn = append(o.DependsOn, need.DependsOn...)
		}
		o.DependsOn = distinct(o.DependsOn)
	}
	r.linkTables(direct)
}

func (r *reader) linkTables(direct map[*Table][]*Object) {
	position := map[*Object]int{}
	for i, o := range r.schema.Objects {
		position[o] = i
	}
	for t, objects := range direct {
		t.Objects = inOrder(objects)
		slices.SortFunc(t.Objects, func(a, b *Object) int { return cmp.Compare(position[a], position[b]) })
		for _, o := range t.Objects {
			t.DependsOn = append(t.DependsOn, o.DependsOn...)
		}
		t.DependsOn = slices.DeleteFunc(distinct(t.DependsOn), func(n Name) bool { return n == t.FullName() })
	}
}

// owner is the table that a node, of it or of a partition, stands for.
func (r *reader) owner(n node) *Table {
	if n.catalogue != "pg_class" {
		return nil
	}
	return r.roots[n.oid]
}

// reads are the relations to which a view's query leads directly.
func (r *reader) reads(view node) []Name {
	var names []Name
	for _, n := range r.graph[view] {
		if name, is := r.names[n]; is {
			names = append(names, name.own)
		}
	}
	return distinct(names)
}

// reachable are the objects and relations that a node needs, be it by way of
// nodes that are neither, such as an array type or a domain's constraint.
func (r *reader) reachable(from node) (objects []*Object, relations []relationName) {
	seen := map[node]bool{from: true}
	var visit func(node)
	visit = func(at node) {
		for _, next := range r.graph[at] {
			if seen[next] {
				continue
			}
			seen[next] = true
			if o := r.found[next]; o != nil {
				objects = append(objects, o)
			} else if name, is := r.names[next]; is {
				relations = append(relations, name)
			} else {
				visit(next)
			}
		}
	}
	visit(from)
	slices.SortFunc(objects, compareObjects)
	return objects, relations
}

// inOrder returns objects and all that they need, each once, after its needs.
func inOrder(objects []*Object) []*Object {
	slices.SortFunc(objects, compareObjects)
	var sorted []*Object
	done := map[*Object]bool{}
	var visit func([]*Object)
	visit = func(list []*Object) {
		for _, o := range list {
			if !done[o] {
				done[o] = true
				visit(o.Needs)
				sorted = append(sorted, o)
			}
		}
	}
	visit(objects)
	return sorted
}

func roots(names []relationName) []Name {
	var list []Name
	for _, n := range names {
		list = append(list, n.root)
	}
	return list
}

// distinct sorts names and drops what is there twice.
func distinct(names []Name) []Name {
	slices.SortFunc(names, Name.Compare)
	return slices.Compact(names)
}

func compareNodes(a, b node) int {
	return cmp.Or(strings.Compare(a.catalogue, b.catalogue), cmp.Compare(a.oid, b.oid))
}

var kindOrder = []ObjectKind{Extension, CollationObject, TextDictionary, TextConfiguration, UnsupportedObject, EnumType, DomainType, CompositeType,
	RangeType, FunctionObject, AggregateObject, OperatorObject, SequenceObject, WrapperObject, ServerObject}

func compareObjects(a, b *Object) int {
	return cmp.Or(
		cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind)),
		strings.Compare(a.Schema, b.Schema),
		strings.Compare(a.Name, b.Name),
	)
}
