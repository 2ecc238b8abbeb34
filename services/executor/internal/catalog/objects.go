package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// node is an entry of a system catalogue.
type node struct {
	catalogue string
	oid       uint32
}

// graph holds what each node needs; the zero node stands for all tables.
type graph map[node][]node

func (r *reader) need(row pgx.CollectableRow) error {
	var source, target node
	if err := row.Scan(&source.catalogue, &source.oid, &target.catalogue, &target.oid); err != nil {
		return err
	}
	if source.oid == 0 {
		source = node{}
	}
	r.graph[source] = append(r.graph[source], target)
	if _, met := r.graph[target]; !met {
		r.graph[target] = nil
	}
	return nil
}

// readObjects reads what the graph names and puts it into order.
func (r *reader) readObjects() error {
	var catalogues []string
	var oids []uint32
	for n := range r.graph {
		if n != (node{}) {
			catalogues, oids = append(catalogues, n.catalogue), append(oids, n.oid)
		}
	}
	of := func(catalogue string) []any {
		var some []uint32
		for i, c := range catalogues {
			if c == catalogue {
				some = append(some, oids[i])
			}
		}
		return []any{some}
	}
	err := r.batch(
		query{"objects_extensions", of("pg_extension"), r.object},
		query{"objects_collations", of("pg_collation"), r.object},
		query{"objects_types", of("pg_type"), r.object},
		query{"objects_functions", of("pg_proc"), r.object},
		query{"objects_sequences", of("pg_class"), r.sequence},
		query{"objects_others", []any{catalogues, oids}, r.object},
	)
	r.schema.Objects = r.inOrder()
	return err
}

// object is any but a sequence. Members of extensions come with those.
func (r *reader) object(row pgx.CollectableRow) error {
	var n node
	var o Object
	if err := row.Scan(&n.catalogue, &n.oid, &o.Kind, &o.Schema, &o.Name, &o.Comment, &o.Definition); err != nil {
		return err
	}
	member := slices.ContainsFunc(r.graph[n], func(need node) bool { return need.catalogue == "pg_extension" })
	if o.Kind == Extension || !member {
		r.found[n] = &o
	}
	if o.Comment != "" {
		o.Definition += "\nCOMMENT ON " + o.sqlKind() + " " + o.SQL() + " IS " + Literal(o.Comment) + ";"
	}
	return nil
}

func (r *reader) sequence(row pgx.CollectableRow) error {
	n := node{catalogue: "pg_class"}
	o := Object{Kind: SequenceObject}
	var s Sequence
	var owner ColumnName
	err := row.Scan(&n.oid, &s.Schema, &s.Name, &o.Comment, &s.Type, &s.Start, &s.Increment, &s.Min, &s.Max,
		&s.Cache, &s.Cycle, &owner.Table.Schema, &owner.Table.Name, &owner.Column)
	if err != nil {
		return err
	}
	o.Schema, o.Name = s.Schema, s.Name
	o.Definition = s.definition()
	if o.Comment != "" {
		o.Definition += "\nCOMMENT ON SEQUENCE " + o.SQL() + " IS " + Literal(o.Comment) + ";"
	}
	if owner.Column != "" {
		o.OwnedBy = &owner
	}
	r.found[n] = &o
	return nil
}

// SQL is the object's name as SQL takes it.
func (o *Object) SQL() string {
	switch o.Kind {
	case Extension:
		return Quote(o.Name)
	case FunctionObject: // quoted already, with its arguments
		return Quote(o.Schema) + "." + o.Name
	}
	return Name{o.Schema, o.Name}.SQL()
}

func (o *Object) sqlKind() string {
	switch o.Kind {
	case EnumType, CompositeType, RangeType:
		return "TYPE"
	}
	return strings.ToUpper(string(o.Kind))
}

// inOrder links the found objects and sorts them: each after those it needs,
// and otherwise by kind and name, so that equal databases give equal orders.
func (r *reader) inOrder() []*Object {
	objects := r.reachable(node{})
	for n, o := range r.found {
		o.Needs = slices.DeleteFunc(r.reachable(n), func(need *Object) bool { return need == o })
	}
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

// reachable are the objects that a node needs, be it by way of nodes that are
// no objects themselves, such as an array type or a domain's constraint.
func (r *reader) reachable(from node) []*Object {
	var objects []*Object
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
			} else {
				visit(next)
			}
		}
	}
	visit(from)
	slices.SortFunc(objects, compareObjects)
	return objects
}

var kindOrder = []ObjectKind{Extension, CollationObject, UnsupportedObject, EnumType, DomainType, CompositeType,
	RangeType, FunctionObject, SequenceObject}

func compareObjects(a, b *Object) int {
	return cmp.Or(
		cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind)),
		strings.Compare(a.Schema, b.Schema),
		strings.Compare(a.Name, b.Name),
	)
}
