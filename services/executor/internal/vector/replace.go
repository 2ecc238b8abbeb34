package vector

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

var (
	//go:embed sql/replace.sql
	replaceSQL string
	//go:embed sql/tables.sql
	tablesSQL string
	//go:embed sql/wide.sql
	wideSQL string
)

// Replacement says what a load of a database stands for.
type Replacement struct {
	Database, TaskID string
	// Tables are those that the load covers, as catalog.Name writes them.
	Tables []string
	// Present are the ids of all that it loaded.
	Present []string
	// Stale are the ids of further documents of the database that are to go, as
	// Wide names them.
	Stale []string
}

// Replace takes out, in one transaction, what earlier loads of the same database
// brought into the collections and this one does not have: documents whose
// tables are all among those of the load, those about no table that this task
// alone loaded, and the stale ones. Nothing else is touched: no document of another database,
// of a table that the load does not cover, or of another program. It returns how
// many went. They can be restored by load or id, see Restore.
func (s *Store) Replace(ctx context.Context, from []*Collection, r Replacement) (gone int, err error) {
	rows, err := s.conn.Query(ctx, replaceSQL, ids(from), r.Database, some(r.Present), some(r.Tables), r.TaskID, some(r.Stale))
	if err != nil {
		return 0, fmt.Errorf("replace: %w", err)
	}
	var collection uuid.UUID
	var n int
	_, err = pgx.ForEachRow(rows, []any{&collection, &n}, func() error {
		gone += n
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("replace: %w", err)
	}
	return gone, nil
}

// Tables returns the tables that the documents of a database are about.
func (s *Store) Tables(ctx context.Context, in []*Collection, database string) ([]string, error) {
	rows, err := s.conn.Query(ctx, tablesSQL, ids(in), database)
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Wide returns the documents about more than one table that were loaded for a
// database, without their vectors, the newest first.
func (c *Collection) Wide(ctx context.Context, database string) ([]Document, error) {
	rows, err := c.store.conn.Query(ctx, wideSQL, c.id, database)
	if err != nil {
		return nil, fmt.Errorf("wide documents of %s: %w", c.Name, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Document, err error) {
		var raw []byte
		err = row.Scan(&d.ID, &d.Text, &raw)
		d.Metadata = metadata(raw)
		return d, err
	})
}

func ids(of []*Collection) []uuid.UUID {
	list := make([]uuid.UUID, len(of))
	for i, c := range of {
		list[i] = c.id
	}
	return list
}

// some is a list that is not null in SQL.
func some(list []string) []string { return append([]string{}, list...) }
