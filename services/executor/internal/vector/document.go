package vector

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed sql/put.sql
	putSQL string
	//go:embed sql/missing.sql
	missingSQL string
)

// Document is a piece of training data.
type Document struct {
	ID   string // by Kind.ID
	Text string
	// Vector stands for the text in searches.
	Vector   []float32
	Metadata Metadata
}

// Metadata is what cmetadata holds.
type Metadata struct {
	ID       string   `json:"id"`
	Database string   `json:"database"` // host:port/name
	TaskIDs  []string `json:"task_ids"` // that loaded it
	// CreatedAt is RFC 3339; only pairs have it.
	CreatedAt string `json:"createdat,omitempty"`
}

// Put adds documents in one transaction. Their ids are distinct. A document
// that is there already only gains the task that loads it.
func (c *Collection) Put(ctx context.Context, docs []Document) error {
	n := len(docs)
	ids, vectors, texts, metadata := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, d := range docs {
		m, err := json.Marshal(d.Metadata)
		if err != nil {
			return err
		}
		ids[i], vectors[i], texts[i], metadata[i] = d.ID, c.store.literal(d.Vector), d.Text, string(m)
	}
	if _, err := c.store.conn.Exec(ctx, c.store.typed(putSQL), c.id, ids, vectors, texts, metadata); err != nil {
		return fmt.Errorf("put into %s: %w", c.Name, err)
	}
	return nil
}

// Missing returns those of the ids that the collection does not hold.
func (c *Collection) Missing(ctx context.Context, ids []string) ([]string, error) {
	rows, err := c.store.conn.Query(ctx, missingSQL, c.id, ids)
	if err != nil {
		return nil, fmt.Errorf("read back %s: %w", c.Name, err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// literal is a vector as the server reads it.
func (s *Store) literal(vector []float32) string {
	opening, closing := byte('['), byte(']')
	if s.arrays {
		opening, closing = '{', '}'
	}
	text := make([]byte, 0, 12*len(vector)+2)
	text = append(text, opening)
	for i, x := range vector {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendFloat(text, float64(x), 'g', -1, 32)
	}
	return string(append(text, closing))
}
