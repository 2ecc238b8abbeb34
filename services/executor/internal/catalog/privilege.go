package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// MissingPrivilege is a right that reading a table takes and that is not there.
type MissingPrivilege struct {
	// Table is the one that cannot be read, or not all of it.
	Table Name
	// Privilege is USAGE, of a schema, or SELECT.
	Privilege string
	// Columns are those that cannot be read where the others can; else empty.
	Columns []string
	// Hint is the statement that grants it. It may concern another relation than
	// Table, which is then a view that reads that one, and another role.
	Hint string
}

// Partial says that the rest of the table can be read.
func (p *MissingPrivilege) Partial() bool { return len(p.Columns) > 0 }

// MissingPrivileges finds what the connection may not read of the named
// relations, in one query, by schema and name. Names that stand for nothing are
// passed over. Errors are the driver's, wrapped. It may be called concurrently.
func MissingPrivileges(ctx context.Context, db DB, names []Name) ([]MissingPrivilege, error) {
	schemas, tables := make([]string, len(names)), make([]string, len(names))
	for i, n := range names {
		schemas[i], tables[i] = n.Schema, n.Name
	}
	var list []MissingPrivilege
	err := inSnapshot(ctx, db, func(tx pgx.Tx, _ string, _ int) error {
		rows, err := tx.Query(ctx, statement("privileges"), schemas, tables)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			some, err := scanPrivileges(rows)
			if err != nil {
				return err
			}
			list = append(list, some...)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read the privileges: %w", err)
	}
	return list, nil
}

// scanPrivileges makes of a row what is to be granted on one relation.
func scanPrivileges(row pgx.CollectableRow) ([]MissingPrivilege, error) {
	var table, on Name
	var role string
	var noUsage, noSelect bool
	var columns []string
	err := row.Scan(&table.Schema, &table.Name, &on.Schema, &on.Name, &role, &noUsage, &noSelect, &columns)
	if err != nil {
		return nil, err
	}
	var list []MissingPrivilege
	add := func(privilege string, columns []string, hint string) {
		list = append(list, MissingPrivilege{table, privilege, columns, "GRANT " + hint + " TO " + Quote(role) + ";"})
	}
	if noUsage {
		add("USAGE", nil, "USAGE ON SCHEMA "+Quote(on.Schema))
	}
	switch {
	case noSelect:
		add("SELECT", nil, "SELECT ON "+on.SQL())
	case len(columns) > 0:
		add("SELECT", columns, "SELECT ("+QuoteAll(columns)+") ON "+on.SQL())
	}
	return list, nil
}
