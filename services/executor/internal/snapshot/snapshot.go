// Package snapshot keeps what a database's catalogue said, so that a later task
// can tell what changed since: schema_snapshot.json and schema_changes.json.
//
// A snapshot holds definitions and nothing else: no statistics, no rows. Equal
// definitions give equal bytes, whoever reads them and when.
package snapshot

import "github.com/citu/datapipeline/services/executor/internal/catalog"

// The names of the files that the step ddl_generation leaves.
const (
	FileName    = "schema_snapshot.json"
	ChangesName = "schema_changes.json"
)

// Snapshot is schema_snapshot.json.
type Snapshot struct {
	// SchemaVersion is the first 16 hexadecimal digits of the SHA-256 over all
	// fingerprints: equal versions mean equal definitions.
	SchemaVersion string `json:"schema_version"`
	// Tables are sorted by Table, bytewise, as Objects are by Object.
	Tables []Table `json:"tables"`
	// Objects are the types, sequences and functions that the tables need.
	Objects []Object `json:"objects"`
}

// Table is a relation with the fingerprint of its definition.
type Table struct {
	// Table is the name as catalog.Name.String writes it: "public.orders".
	Table string `json:"table"`
	// Fingerprint is the SHA-256, in hexadecimal, of the definition as JSON.
	Fingerprint string `json:"fingerprint"`
	Definition
}

// Definition is what makes a relation what it is. Which partitions a
// partitioned table has at the moment is left out: they come and go with the
// rows and say nothing about what a row means.
type Definition struct {
	Kind         string       `json:"kind"`
	Comment      string       `json:"comment,omitempty"`
	Unlogged     bool         `json:"unlogged,omitempty"`
	PartitionKey string       `json:"partition_key,omitempty"`
	Inherits     []string     `json:"inherits,omitempty"`
	Query        string       `json:"query,omitempty"`   // of a view
	Server       string       `json:"server,omitempty"`  // of a foreign table
	Options      []string     `json:"options,omitempty"` // of either: "name=value", sorted
	Columns      []Column     `json:"columns,omitempty"`
	Constraints  []Constraint `json:"constraints,omitempty"` // keys, checks, exclusions, sorted
	Indexes      []Index      `json:"indexes,omitempty"`     // beyond those of constraints, sorted
}

// Column is a column; see catalog.Column.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
	// BaseType is set where Type is a domain, or made of one.
	BaseType  string   `json:"base_type,omitempty"`
	NotNull   bool     `json:"not_null,omitempty"`
	Default   string   `json:"default,omitempty"`
	Generated string   `json:"generated,omitempty"` // "stored" or "virtual"
	Identity  string   `json:"identity,omitempty"`  // "always" or "by default"
	Collation string   `json:"collation,omitempty"`
	Comment   string   `json:"comment,omitempty"`
	Enum      []string `json:"enum,omitempty"`
	Options   []string `json:"options,omitempty"` // of a foreign table's column
}

// Constraint is a key, a check or an exclusion constraint.
type Constraint struct {
	// Name is empty for a foreign key that only partitions declare, whose name
	// depends on which of them there are.
	Name       string `json:"name,omitempty"`
	Definition string `json:"definition"`
	Comment    string `json:"comment,omitempty"`
}

// Index is an index that stands behind no constraint.
type Index struct {
	Name       string `json:"name"`
	Definition string `json:"definition"`
	Comment    string `json:"comment,omitempty"`
}

// Object is something that tables need, such as a type.
type Object struct {
	// Object is its kind and name: "enum public.booking_status".
	Object      string `json:"object"`
	Fingerprint string `json:"fingerprint"` // of Definition
	Definition  string `json:"definition,omitempty"`
}

// Fingerprints returns the fingerprint of each table by its name.
func (s *Snapshot) Fingerprints() map[string]string {
	all := make(map[string]string, len(s.Tables))
	for _, t := range s.Tables {
		all[t.Table] = t.Fingerprint
	}
	return all
}

// Without returns a snapshot that lacks the tables for which gone is true.
func (s *Snapshot) Without(gone func(table catalog.Name) bool) *Snapshot {
	rest := &Snapshot{Objects: s.Objects, Tables: []Table{}}
	for _, t := range s.Tables {
		if name, err := catalog.ParseName(t.Table); err != nil || !gone(name) {
			rest.Tables = append(rest.Tables, t)
		}
	}
	rest.SchemaVersion = rest.version()
	return rest
}
