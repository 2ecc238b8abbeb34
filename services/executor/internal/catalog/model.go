// Package catalog reads what a PostgreSQL database (13 to 18) says about its
// own tables, in a number of queries that does not grow with the tables.
//
// Everything is exact: types, expressions and definitions are the server's own
// words, with every name outside pg_catalog qualified by its schema, so that
// they mean the same under any search_path.
package catalog

// Schema is what a database says about a set of tables.
type Schema struct {
	// Database is the database's name.
	Database string
	// ServerVersion is the server's version as PostgreSQL counts it: 150004.
	ServerVersion int
	// Namespaces are the schemas of the tables and objects, sorted by name.
	Namespaces []Namespace
	// Objects are what the tables need to exist first, each after those it
	// needs itself.
	Objects []*Object
	// Tables are sorted by schema and name. See LoadOrder for another order.
	Tables []*Table
}

// Namespace is a schema in PostgreSQL's sense.
type Namespace struct {
	Name    string
	Comment string
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

// Option is a setting of a view, a foreign table or one of its columns. A value
// that seems to be secret is "***".
type Option struct{ Name, Value string }

// Category is what kind of values a type holds, domains looked through.
type Category string

// The categories.
const (
	Integer   Category = "integer"   // smallint, integer, bigint
	Decimal   Category = "decimal"   // numeric, real, double precision, money
	Text      Category = "text"      // text, varchar, char, name, citext
	Boolean   Category = "boolean"   //
	Date      Category = "date"      //
	Timestamp Category = "timestamp" // with and without time zone
	Time      Category = "time"      // with and without time zone
	Interval  Category = "interval"  //
	UUID      Category = "uuid"      //
	JSON      Category = "json"      // json, jsonb
	Binary    Category = "binary"    // bytea
	Enum      Category = "enum"      // see Column.Enum
	Array     Category = "array"     // of anything
	Range     Category = "range"     // and multiranges
	Composite Category = "composite" //
	Other     Category = "other"     // xml, inet, tsvector, point …
)

// Column is a column of a table.
type Column struct {
	Name    string
	Comment string

	// Type is the type as SQL: "numeric(10,2)", "public.booking_status[]".
	Type string
	// BaseType is Type with every domain replaced by what it stands for.
	BaseType string
	// Category is that of BaseType.
	Category Category
	// Enum holds the labels, in their order, of an enum, an array of it or a
	// domain over it.
	Enum []string

	// NotNull includes primary keys; a domain's NOT NULL does not count.
	NotNull bool
	// Default is the default's expression, or that of a generated column.
	Default string
	// Generated is "", "stored" or "virtual".
	Generated string
	// Identity is set for GENERATED … AS IDENTITY.
	Identity *Identity
	// Collation is set, as SQL, where it differs from the type's own.
	Collation string
	// Inherited columns stand in a parent and not in the table itself.
	Inherited bool
	// Options are those of a foreign table's column, sorted by name.
	Options []Option

	// Readable says that the connection may select the column.
	Readable bool
}

// Identity is how an identity column gets its values.
type Identity struct {
	// Always is GENERATED ALWAYS; otherwise GENERATED BY DEFAULT.
	Always   bool
	Sequence Sequence
	// Comment is the sequence's.
	Comment string
}

// Constraint is a primary key, a unique, a check or an exclusion constraint.
type Constraint struct {
	Name string
	// Columns are the constrained ones; empty for a check without columns and
	// incomplete for an exclusion over expressions.
	Columns []string
	// Definition is what follows the name: "CHECK ((amount > 0))".
	Definition string
	Comment    string
	// IndexComment is that of the index behind the constraint, which has its name.
	IndexComment string
	// Inherited constraints are made by a parent's and not by the table.
	Inherited bool
	// NotValid constraints were never checked against the rows that existed.
	NotValid bool
}

// ForeignKey is a foreign key; Columns and RefColumns correspond by position.
type ForeignKey struct {
	Constraint
	RefSchema  string
	RefTable   string
	RefColumns []string

	// OnUpdate and OnDelete are "NO ACTION", "RESTRICT", "CASCADE", "SET NULL"
	// or "SET DEFAULT".
	OnUpdate string
	OnDelete string
	// Match is "SIMPLE", "FULL" or "PARTIAL".
	Match             string
	Deferrable        bool
	InitiallyDeferred bool

	// RefIndexOnly says that the referenced columns are unique by an index
	// that is no constraint.
	RefIndexOnly bool
	// OnPartitions says that only partitions declare this key, all of them or
	// some. The name is then the first such partition's.
	OnPartitions bool
}

// References is the referenced table.
func (k *ForeignKey) References() Name { return Name{k.RefSchema, k.RefTable} }

// Index is an index that stands behind no constraint.
type Index struct {
	Name       string
	Unique     bool
	Definition string // the whole CREATE INDEX, without semicolon
	Comment    string
}

// Partition is one table of a partitioned table.
type Partition struct {
	Schema string
	Name   string
	// Parent is the partitioned table or another partition.
	Parent Name
	// Bound is such as "FOR VALUES FROM ('2022-01-01') TO ('2022-02-01')".
	Bound string
	// PartitionKey is set where the partition is partitioned itself.
	PartitionKey string
	Unlogged     bool
	Comment      string
	// Foreign is set where the partition is a foreign table.
	Foreign *Foreign

	// What the partition has of its own, beyond what the parent gives it.
	Columns     []PartitionColumn
	Constraints []Constraint
	ForeignKeys []ForeignKey
	Indexes     []Index
}

// PartitionColumn is what a partition says of a column by itself.
type PartitionColumn struct {
	Name    string
	Comment string
	// Default stands for the parent's where OwnDefault is set; "" is none.
	Default    string
	OwnDefault bool
	// OwnNotNull columns may be null in the parent.
	OwnNotNull bool
}

// FullName is the partition's name with its schema.
func (p *Partition) FullName() Name { return Name{p.Schema, p.Name} }

// Sequence is a sequence's definition; its present value is not part of it.
type Sequence struct {
	Schema    string
	Name      string
	Type      string // smallint, integer or bigint
	Start     int64
	Increment int64
	Min       int64
	Max       int64
	Cache     int64
	Cycle     bool
}

// ObjectKind is a kind of things that tables need.
type ObjectKind string

// The kinds of objects.
const (
	Extension         ObjectKind = "extension"
	CollationObject   ObjectKind = "collation"
	TextDictionary    ObjectKind = "text search dictionary"
	TextConfiguration ObjectKind = "text search configuration"
	EnumType          ObjectKind = "enum"
	DomainType        ObjectKind = "domain"
	CompositeType     ObjectKind = "composite"
	RangeType         ObjectKind = "range"
	FunctionObject    ObjectKind = "function"
	AggregateObject   ObjectKind = "aggregate"
	OperatorObject    ObjectKind = "operator"
	SequenceObject    ObjectKind = "sequence"
	WrapperObject     ObjectKind = "foreign data wrapper"
	ServerObject      ObjectKind = "server"
	UnsupportedObject ObjectKind = "unsupported" // named, but not made by Definition
)

// Object is something that a table's definition refers to: a type, a sequence
// behind a default, a function in a check, the server of a foreign table.
type Object struct {
	Kind ObjectKind
	// Schema is empty for servers and foreign data wrappers, which have none.
	Schema  string
	Name    string // functions with their argument types: "is_even(integer)"
	Comment string
	// Definition makes the object, comments included: one or more SQL
	// statements, each ended by a semicolon.
	Definition string
	// OwnedBy is the column whose removal takes a sequence with it.
	OwnedBy *ColumnName
	// Needs are the objects that must exist first.
	Needs []*Object
	// DependsOn are the relations that must exist first, be it for the object or
	// for one that it needs. Sorted by name.
	DependsOn []Name
}

// ColumnName is a column's name with its table.
type ColumnName struct {
	Table  Name
	Column string
}
