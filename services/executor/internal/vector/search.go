package vector

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed sql/search_vector.sql
	searchVectorSQL string
	//go:embed sql/search_array.sql
	searchArraySQL string
)

// Match is a document that a search found.
type Match struct {
	ID       string
	Text     string
	Metadata Metadata
	Cosine   float64 // from -1 to 1, the nearest first
}

// Search returns the k documents nearest to a vector.
func (c *Collection) Search(ctx context.Context, vector []float32, k int) ([]Match, error) {
	return c.SearchIn(ctx, "", vector, k)
}

// SearchIn is Search among the documents of a database: an identity,
// host:port/name, or a name alone; "" is all of them.
func (c *Collection) SearchIn(ctx context.Context, database string, vector []float32, k int) ([]Match, error) {
	query, args := searchArraySQL, []any{c.id, c.store.literal(vector), k}
	if !c.store.arrays {
		schema := strings.TrimSuffix(c.store.vectorType, ".vector")
		query = strings.ReplaceAll(searchVectorSQL, "@schema", schema)
	}
	from := embeddingTable
	switch {
	case strings.Contains(database, "/"):
		from, args = among("cmetadata::jsonb @> jsonb_build_object('database', $4::text)"), append(args, strings.ToLower(database))
	case database != "":
		from, args = among("regexp_replace(cmetadata::jsonb ->> 'database', '^.*/', '') = $4"), append(args, strings.ToLower(database))
	}
	rows, err := c.store.conn.Query(ctx, c.store.typed(strings.ReplaceAll(query, "@documents", from)), args...)
	if err != nil {
		return nil, fmt.Errorf("search %s: %w", c.Name, err)
	}
	matches, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Match, err error) {
		var raw []byte
		var text *string
		var cosine *float64 // null where a vector of the collection is zero
		err = row.Scan(&m.ID, &text, &raw, &cosine)
		if text != nil {
			m.Text = *text
		}
		if cosine != nil {
			m.Cosine = *cosine
		}
		m.Metadata = metadata(raw)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("search %s: %w", c.Name, err)
	}
	return matches, nil
}

// among is the table of documents, kept to some before the nearest are sought: an
// index gives the nearest of all, of which few or none may be among them.
func among(filter string) string {
	return `(SELECT * FROM langchain_pg_embedding WHERE ` + filter + ` OFFSET 0) AS kept`
}

// Find returns a collection that is there already and whose vectors are of an
// embedder, or nil where there is none of the name. One of another embedder is
// refused with a *MismatchError. It needs no Prepare.
func (s *Store) Find(ctx context.Context, name string, by Embedder) (*Collection, error) {
	there, err := s.inspect(ctx)
	if err != nil || !there {
		return nil, err
	}
	c := &Collection{store: s, Name: name}
	have, err := c.recorded(ctx, s.conn)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("collection %s: %w", name, err)
	case have != by:
		return nil, &MismatchError{name, have, by}
	}
	return c, nil
}
