package catalog

import (
	"strings"

	"github.com/jackc/pgx/v5"
)

var (
	actions = map[string]string{"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
	matches = map[string]string{"s": "SIMPLE", "f": "FULL", "p": "PARTIAL"}
)

func (r *reader) constraint(row pgx.CollectableRow) error {
	var (
		owner                     uint32
		kind                      string
		onUpdate, onDelete, match string
		k                         ForeignKey
	)
	err := row.Scan(&owner, &k.Name, &kind, &k.Columns, &k.Definition, &k.Comment, &k.IndexComment, &k.Inherited,
		&k.RefSchema, &k.RefTable, &k.RefColumns, &onUpdate, &onDelete, &match,
		&k.Deferrable, &k.InitiallyDeferred, &k.RefIndexOnly)
	if err != nil {
		return err
	}
	k.NotValid = strings.HasSuffix(k.Definition, " NOT VALID")
	k.OnUpdate, k.OnDelete, k.Match = actions[onUpdate], actions[onDelete], matches[match]
	if t := r.tables[owner]; t != nil {
		t.add(kind, k)
	} else {
		r.partitions[owner].add(kind, k)
	}
	return nil
}

// add sorts a constraint in by pg_constraint's contype.
func (t *Table) add(kind string, k ForeignKey) {
	switch kind {
	case "p":
		t.PrimaryKey = &k.Constraint
	case "u":
		t.Uniques = append(t.Uniques, k.Constraint)
	case "c":
		t.Checks = append(t.Checks, k.Constraint)
	case "x":
		t.Exclusions = append(t.Exclusions, k.Constraint)
	case "f":
		t.ForeignKeys = append(t.ForeignKeys, k)
	}
}

func (p *Partition) add(kind string, k ForeignKey) {
	switch {
	case kind == "f":
		p.ForeignKeys = append(p.ForeignKeys, k)
	case !k.Inherited:
		p.Constraints = append(p.Constraints, k.Constraint)
	}
}

func (r *reader) index(row pgx.CollectableRow) error {
	var owner uint32
	var i Index
	if err := row.Scan(&owner, &i.Name, &i.Unique, &i.Definition, &i.Comment); err != nil {
		return err
	}
	if t := r.tables[owner]; t != nil {
		t.Indexes = append(t.Indexes, i)
	} else {
		r.partitions[owner].Indexes = append(r.partitions[owner].Indexes, i)
	}
	return nil
}
