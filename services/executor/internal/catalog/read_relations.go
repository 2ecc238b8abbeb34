package catalog

import "github.com/jackc/pgx/v5"

// relations asks for tables, views and foreign tables, and for partitions.
func (r *reader) relations(names []Name) query {
	var schemas, tables []string // null means all
	if names != nil {
		schemas, tables = make([]string, len(names)), make([]string, len(names))
	}
	for i, n := range names {
		schemas[i], tables[i] = n.Schema, n.Name
	}
	return query{"relations", []any{schemas, tables}, r.relation}
}

// relation is a table or a partition; parents come before their partitions.
func (r *reader) relation(row pgx.CollectableRow) error {
	var (
		oid, root, parent uint32
		t                 Table
		hasPages          bool
		bound             string
		tuples            float64
		view              ViewDefinition
		foreign           Foreign
		viewOptions       []string
		foreignOptions    []string
	)
	err := row.Scan(&oid, &root, &parent, &t.Schema, &t.Name, &t.Kind, &t.Unlogged, &t.Comment,
		&t.PartitionKey, &bound, &tuples, &hasPages, &t.Readable,
		&view.Query, &viewOptions, &view.Populated, &t.OfType, &foreign.Server, &foreignOptions)
	if err != nil {
		return err
	}
	t.RowEstimate = r.rowEstimate(t.Kind, tuples, hasPages)
	if t.Kind.IsView() {
		view.Query, view.Options = scrub(withoutSemicolon(view.Query)), parseOptions(viewOptions)
		t.View = &view
	}
	if t.Kind == ForeignTable {
		foreign.Options = parseOptions(foreignOptions)
		t.Foreign = &foreign
	}
	if oid != root {
		r.partition(oid, root, parent, &t, bound)
		return nil
	}
	r.tables[oid], r.roots[oid] = &t, &t
	r.schema.Tables = append(r.schema.Tables, &t)
	return nil
}

func (r *reader) partition(oid, root, parent uint32, as *Table, bound string) {
	table := r.tables[root]
	p := &Partition{
		Schema: as.Schema, Name: as.Name, Parent: r.known(parent).own, Bound: bound,
		PartitionKey: as.PartitionKey, Unlogged: as.Unlogged, Comment: as.Comment, Foreign: as.Foreign,
	}
	r.partitions[oid], r.roots[oid] = p, table
	table.Partitions = append(table.Partitions, p)
	if p.PartitionKey == "" && as.RowEstimate >= 0 {
		table.RowEstimate = max(table.RowEstimate, 0) + as.RowEstimate
	}
}

// relationName is a relation's own name and that of the table it is part of.
type relationName struct{ own, root Name }

// known is the name of a relation that is read.
func (r *reader) known(oid uint32) relationName {
	if p := r.partitions[oid]; p != nil {
		return relationName{p.FullName(), r.roots[oid].FullName()}
	}
	n := r.tables[oid].FullName()
	return relationName{n, n}
}

// rowEstimate reads pg_class.reltuples. Before version 14 a table that was
// never analyzed looked like an empty one.
func (r *reader) rowEstimate(kind Kind, tuples float64, hasPages bool) int64 {
	switch {
	case kind == View || kind == PartitionedTable: // whose partitions are counted
		return -1
	case tuples < 0 || r.schema.ServerVersion < 140000 && tuples == 0 && !hasPages:
		return -1
	}
	return int64(tuples)
}

func (r *reader) parent(row pgx.CollectableRow) error {
	var oid uint32
	var parent Name
	if err := row.Scan(&oid, &parent.Schema, &parent.Name); err != nil {
		return err
	}
	t := r.tables[oid]
	t.Inherits = append(t.Inherits, parent)
	return nil
}

// liftForeignKeys gives a partitioned table the foreign keys that its
// partitions declare by themselves: tables are joined along them just the same.
func (t *Table) liftForeignKeys() {
	declared := map[string]bool{}
	for _, k := range t.ForeignKeys {
		declared[k.Definition] = true
	}
	for _, p := range t.Partitions {
		for _, k := range p.ForeignKeys {
			if !declared[k.Definition] {
				declared[k.Definition] = true
				k.OnPartitions = true
				t.ForeignKeys = append(t.ForeignKeys, k)
			}
		}
	}
}
