package vector

import (
	"context"
	_ "embed"
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
	ID     string
	Text   string
	Cosine float64 // from -1 to 1, the nearest first
}

// Search returns the k documents nearest to a vector.
func (c *Collection) Search(ctx context.Context, vector []float32, k int) ([]Match, error) {
	query := searchArraySQL
	if !c.store.arrays {
		schema := strings.TrimSuffix(c.store.vectorType, ".vector")
		query = strings.ReplaceAll(searchVectorSQL, "@schema", schema)
	}
	rows, err := c.store.conn.Query(ctx, c.store.typed(query), c.id, c.store.literal(vector), k)
	if err != nil {
		return nil, fmt.Errorf("search %s: %w", c.Name, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Match])
}
