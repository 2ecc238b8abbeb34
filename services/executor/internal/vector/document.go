package vector

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

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

// Metadata is what cmetadata holds. Documents of older versions and of other
// programs have less.
type Metadata struct {
	ID       string   `json:"id"`
	Database string   `json:"database,omitempty"` // host:port/name
	TaskIDs  []string `json:"task_ids,omitempty"` // that loaded it
	// CreatedAt is RFC 3339; only pairs have it.
	CreatedAt string `json:"createdat,omitempty"`

	// TaskID, LoadID and File are where it came from first, LoadedAt when, in the
	// form of Moment.
	TaskID   string `json:"task_id,omitempty"`
	LoadID   string `json:"load_id,omitempty"`
	File     string `json:"file,omitempty"`
	LoadedAt string `json:"loaded_at,omitempty"`
	// ConfirmedAt is when it was loaded again last; Put sets it.
	ConfirmedAt string `json:"confirmed_at,omitempty"`

	// The rest is what the newest load knew of it.
	Tables        []string `json:"tables"`
	SchemaVersion string   `json:"schema_version,omitempty"`
	PairID        string   `json:"pair_id,omitempty"`
	Verdict       string   `json:"verdict,omitempty"`
}

// Moment is a time as LoadedAt holds it: RFC 3339 in UTC with microseconds, so
// that the order of texts is that of times.
func Moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// metadata reads cmetadata, whoever wrote it. What does not fit stays empty.
func metadata(raw []byte) Metadata {
	var m Metadata
	if json.Unmarshal(raw, &m) != nil {
		var least struct{ ID string }
		_ = json.Unmarshal(raw, &least) // as above
		m = Metadata{ID: least.ID}
	}
	return m
}

// Put adds documents in one transaction and returns how many were not there.
// Their ids are distinct. One that is there already keeps its text and where it
// came from; the task joins those that load it.
func (c *Collection) Put(ctx context.Context, docs []Document) (fresh int, err error) {
	n := len(docs)
	ids, vectors, texts, metadata := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, d := range docs {
		m, err := json.Marshal(d.Metadata)
		if err != nil {
			return 0, err
		}
		ids[i], vectors[i], texts[i], metadata[i] = d.ID, c.store.literal(d.Vector), d.Text, string(m)
	}
	if err := c.store.conn.QueryRow(ctx, c.store.typed(putSQL), c.id, ids, vectors, texts, metadata).Scan(&fresh); err != nil {
		return 0, fmt.Errorf("put into %s: %w", c.Name, err)
	}
	return fresh, nil
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
