package catalog

// Table is a table, a partitioned table together with its partitions, or
// another relation that is read like a table: see Kind.
type Table struct {
	Schema  string
	Name    string
	Kind    Kind
	Comment string

	// Unlogged tables do not survive a crash of the server.
	Unlogged bool
	// PartitionKey is such as "RANGE (paid_at)"; empty unless partitioned.
	PartitionKey string
	// Partitions are all partitions at every depth, parents before children.
	Partitions []*Partition
	// OfType is the composite type that a typed table is of; else empty.
	OfType string
	// Inherits are the parents by INHERITS, in their order.
	Inherits []Name

	Columns     []Column
	PrimaryKey  *Constraint // nil where there is none
	Uniques     []Constraint
	ForeignKeys []ForeignKey
	Checks      []Constraint
	Exclusions  []Constraint
	// Indexes are those that stand behind no constraint.
	Indexes []Index

	// View is set for views and materialised views.
	View *ViewDefinition
	// Foreign is set for foreign tables.
	Foreign *Foreign
	// DependsOn are the relations that must exist first for another reason than
	// inheritance and keys: those that a view reads, those whose rows are the
	// type of a column or of a function that is used. Sorted by name, the system's
	// and the table itself left out; partitions count as their table.
	DependsOn []Name
	// Objects are those of Schema.Objects that the table needs, in that order.
	Objects []*Object

	// RowEstimate is the planner's idea of the number of rows, partitions
	// included; -1 where the table was never analyzed, and for views.
	RowEstimate int64
	// Viewed says that one of the schema's views has its rows from here.
	Viewed bool
	// Readable says that the connection may select from at least one column.
	Readable bool
}

// FullName is the table's name with its schema.
func (t *Table) FullName() Name { return Name{t.Schema, t.Name} }

// Column returns the column of that name, or nil.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}

// Kind is what sort of relation a name stands for.
type Kind string

// The kinds of relations.
const (
	OrdinaryTable    Kind = "table"
	PartitionedTable Kind = "partitioned table"
	View             Kind = "view"
	MaterializedView Kind = "materialized view"
	ForeignTable     Kind = "foreign table"
)

// IsView says that a query stands behind the relation.
func (k Kind) IsView() bool { return k == View || k == MaterializedView }

// HasPages says that the server keeps the rows in pages of its own, of which a
// few can be read by TABLESAMPLE.
func (k Kind) HasPages() bool {
	return k == OrdinaryTable || k == PartitionedTable || k == MaterializedView
}

// ViewDefinition is what stands behind a view.
type ViewDefinition struct {
	// Query is the SELECT, without semicolon. The password of a connection string
	// in it is "***".
	Query string
	// Options are such as security_barrier and check_option, sorted by name.
	Options []Option
	// Reads are the relations that the query names, partitions among them, the
	// system's left out. Sorted by name.
	Reads []Name
	// Tables are the tables of the schema from which the rows come, through other
	// views of it too. Sorted by name.
	Tables []Name
	// Populated is false for a materialised view that was never filled, which
	// cannot be read.
	Populated bool
}

// Foreign is where the rows of a foreign table are.
type Foreign struct {
	// Server is one of Schema.Objects.
	Server string
	// Options are sorted by name.
	Options []Option
}
