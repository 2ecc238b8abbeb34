package repair

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// maxTables bounds the names that are held in memory.
const maxTables = 20_000

//go:embed names.sql
var namesQuery string

// schema is the names that the connection's role can read.
type schema struct{ tables []*table }

type table struct {
	catalog.Name
	Visible bool // without its schema
	Columns []string
}

// SQL is the table as a statement names it.
func (t *table) SQL() string {
	if t.Visible {
		return catalog.Quote(t.Name.Name)
	}
	return t.Name.SQL()
}

func readSchema(ctx context.Context, db *pgxpool.Pool) (*schema, error) {
	rows, err := db.Query(ctx, namesQuery, maxTables)
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	tables, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*table, error) {
		var t table
		return &t, row.Scan(&t.Schema, &t.Name.Name, &t.Visible, &t.Columns)
	})
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	return &schema{tables}, nil
}

// find returns the table of that name, or nil. Without a schema, one that is
// visible without.
func (s *schema) find(schemaName, name string) *table {
	for _, t := range s.tables {
		if t.Name.Name == name && (t.Schema == schemaName || schemaName == "" && t.Visible) {
			return t
		}
	}
	return nil
}

// nearest returns the one table nearest to a name, or nil. A table that keeps
// the schema, or is visible where there is none, comes before others.
func (s *schema) nearest(schemaName, name string) *table {
	best := search[*table]{limit: tolerance(name)}
	for _, t := range s.tables {
		d := 2 * similarity(name, t.Name.Name)
		if t.Schema != schemaName && (schemaName != "" || !t.Visible) {
			d++
		}
		best.offer(t, d)
	}
	return best.found()
}
