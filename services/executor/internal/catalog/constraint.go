package catalog

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
