package catalog

import (
	"slices"

	"github.com/jackc/pgx/v5"
)

// readObjects reads what the graph names and puts it into order.
func (r *reader) readObjects(tx pgx.Tx) error {
	r.nameRelations()
	catalogues, oids := r.needed()
	of := func(catalogue string) []any {
		var some []uint32
		for i, c := range catalogues {
			if c == catalogue {
				some = append(some, oids[i])
			}
		}
		return []any{some}
	}
	err := r.batch(tx,
		query{"objects_extensions", of("pg_extension"), r.object},
		query{"objects_collations", of("pg_collation"), r.object},
		query{"objects_textsearch", []any{catalogues, oids}, r.object},
		query{"objects_types", of("pg_type"), r.object},
		query{"objects_functions", of("pg_proc"), r.object},
		query{"objects_aggregates", of("pg_proc"), r.object},
		query{"objects_operators", of("pg_operator"), r.object},
		query{"objects_sequences", of("pg_class"), r.sequence},
		query{"objects_wrappers", of("pg_foreign_data_wrapper"), r.foreignObject},
		query{"objects_servers", of("pg_foreign_server"), r.foreignObject},
		query{"objects_others", []any{catalogues, oids}, r.object},
		query{"objects_relations", of("pg_class"), r.relationName},
	)
	r.link()
	return err
}

// object is any but a sequence. Members of extensions come with those.
func (r *reader) object(row pgx.CollectableRow) error {
	var n node
	var o Object
	if err := row.Scan(&n.catalogue, &n.oid, &o.Kind, &o.Schema, &o.Name, &o.Comment, &o.Definition); err != nil {
		return err
	}
	if o.Kind == Extension || !r.isMember(n) {
		r.found[n] = &o
	}
	if o.Kind == FunctionObject {
		o.Definition = scrub(o.Definition)
	}
	o.addComment()
	return nil
}

func (o *Object) addComment() {
	if o.Comment != "" {
		o.Definition += "\nCOMMENT ON " + o.sqlKind() + " " + o.SQL() + " IS " + Literal(o.Comment) + ";"
	}
}

// foreignObject is a server or a foreign data wrapper.
func (r *reader) foreignObject(row pgx.CollectableRow) error {
	var n node
	var o Object
	var options []string
	if err := row.Scan(&n.catalogue, &n.oid, &o.Kind, &o.Name, &o.Comment, &o.Definition, &options); err != nil {
		return err
	}
	if list := OptionsSQL(parseOptions(options)); list != "" {
		o.Definition += " " + list
	}
	o.Definition += ";"
	o.addComment()
	if !r.isMember(n) {
		r.found[n] = &o
	}
	return nil
}

// isMember says that something comes with an extension.
func (r *reader) isMember(n node) bool {
	return slices.ContainsFunc(r.graph[n], func(need node) bool { return need.catalogue == "pg_extension" })
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
	o.addComment()
	if owner.Column != "" {
		o.OwnedBy = &owner
	}
	r.found[n] = &o
	return nil
}
