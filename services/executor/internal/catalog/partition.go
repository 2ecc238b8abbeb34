package catalog

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
