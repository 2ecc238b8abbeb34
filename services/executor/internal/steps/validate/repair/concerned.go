package repair

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

const (
	// maxConcerned bounds the tables that are shown of a database; where it has
	// no more, all are.
	maxConcerned = 12
	// maxDefinitions bounds their text, in bytes.
	maxDefinitions = 24 << 10
)

//go:embed tables.sql
var tablesQuery string

// cached is the names of a database, read when they are first asked for. A
// failure is not kept.
type cached struct {
	db *pgxpool.Pool

	mu    sync.Mutex
	known *schema
}

func (c *cached) load(ctx context.Context) (*schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known != nil {
		return c.known, nil
	}
	var err error
	c.known, err = readSchema(ctx, c.db)
	return c.known, err
}

// tables defines the tables that a statement is about.
func (m *asker) tables(ctx context.Context, sql string) (string, error) {
	names, err := m.names.load(ctx)
	if err != nil {
		return "", err
	}
	var schemas, tables []string
	for _, t := range concerned(names, sql) {
		schemas, tables = append(schemas, t.Schema), append(tables, t.Name.Name)
	}
	rows, err := m.db.Query(ctx, tablesQuery, schemas, tables)
	if err != nil {
		return "", fmt.Errorf("read tables: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", fmt.Errorf("read tables: %w", err)
	}
	size := 0
	n := slices.IndexFunc(list, func(definition string) bool {
		size += len(definition)
		return size > maxDefinitions
	})
	if n < 0 {
		n = len(list)
	}
	return strings.Join(list[:n], "\n"), nil
}

// concerned are the tables that a statement names, those that an unknown name
// is near to, and those that share a column's name with the statement; all of
// a small database.
func concerned(s *schema, sql string) []*table {
	tokens, _ := sqltext.Scan(sql)
	st := parse(s, tokens)
	var found []*table
	add := func(t *table) {
		if t != nil && !slices.Contains(found, t) && len(found) < maxConcerned {
			found = append(found, t)
		}
	}
	for _, r := range st.relations {
		if r.table != nil {
			add(r.table)
			continue
		}
		add(s.nearest(r.name.qualifier(), r.name.own()))
	}
	if len(s.tables) <= maxConcerned {
		for _, t := range s.tables {
			add(t)
		}
		return found
	}
	for _, n := range st.names {
		if n.inFrom || n.defined || len(st.owners(n.own())) > 0 {
			continue
		}
		for _, t := range s.tables {
			if slices.Contains(t.Columns, n.own()) {
				add(t)
			}
		}
	}
	return found
}
