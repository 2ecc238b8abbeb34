package vector

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed sql/list.sql
	listSQL string
	//go:embed sql/count.sql
	countSQL string
	//go:embed sql/databases.sql
	databasesSQL string
	//go:embed sql/filter.sql
	filterSQL string
)

// Filter keeps documents; every field that is set must hold.
type Filter struct {
	Collections []string
	// Database is an identity, host:port/name, or a name alone.
	Database, TaskID, LoadID string
	// Search is text that a document contains, in capitals or not.
	Search string
	// Deleted asks for what can be restored.
	Deleted bool
}

// Record is a document as a list shows it.
type Record struct {
	ID, Collection, Text string
	Metadata             Metadata
	// DeletedAt and Reason are of what can be restored.
	DeletedAt *time.Time
	Reason    string
}

// List returns documents in the order of their ids, from behind an id, and
// whether more follow. It needs no Prepare; where there are no tables there is
// nothing.
func (s *Store) List(ctx context.Context, f Filter, after string, limit int) (list []Record, more bool, err error) {
	there, err := s.inspect(ctx)
	if err != nil || !there {
		return nil, false, err
	}
	rows, err := s.conn.Query(ctx, f.query(listSQL), append(f.args(), after, limit+1)...)
	if err != nil {
		return nil, false, fmt.Errorf("list training data: %w", err)
	}
	list, err = pgx.CollectRows(rows, record)
	if err != nil {
		return nil, false, fmt.Errorf("list training data: %w", err)
	}
	if len(list) > limit {
		return list[:limit], true, nil
	}
	return list, false, nil
}

// Count counts documents up to a number.
func (s *Store) Count(ctx context.Context, f Filter, most int) (n int, err error) {
	there, err := s.inspect(ctx)
	if err != nil || !there {
		return 0, err
	}
	if err := s.conn.QueryRow(ctx, f.query(countSQL), append(f.args(), most)...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count training data: %w", err)
	}
	return n, nil
}

// Databases returns the identities of the databases that documents are of, up
// to a number.
func (s *Store) Databases(ctx context.Context, f Filter, most int) ([]string, error) {
	there, err := s.inspect(ctx)
	if err != nil || !there {
		return nil, err
	}
	rows, err := s.conn.Query(ctx, f.query(databasesSQL), append(f.args(), most)...)
	if err != nil {
		return nil, fmt.Errorf("list databases of training data: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list databases of training data: %w", err)
	}
	return list, nil
}

// query fills in what a query is over.
func (f Filter) query(text string) string {
	table, when := "langchain_pg_embedding", "NULL::timestamptz, ''"
	if f.Deleted {
		table, when = "data_pipeline_deleted_embedding", "e.deleted_at, e.reason"
	}
	return strings.NewReplacer("@table", table, "@when", when, "@filter", filterSQL).Replace(text)
}

func (f Filter) args() []any {
	identity, name := f.Database, ""
	if !strings.Contains(f.Database, "/") {
		identity, name = "", f.Database
	}
	return []any{some(f.Collections), strings.ToLower(identity), strings.ToLower(name), f.TaskID, f.LoadID, pattern(f.Search)}
}

// pattern is text as ILIKE looks for it anywhere.
func pattern(text string) string {
	if text == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

func record(row pgx.CollectableRow) (r Record, err error) {
	var raw []byte
	err = row.Scan(&r.ID, &r.Collection, &r.Text, &raw, &r.DeletedAt, &r.Reason)
	r.Metadata = metadata(raw)
	return r, err
}
