package vector

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Indexed says how a collection is searched.
type Indexed string

// The answers of Index.
const (
	// IndexReady: by its HNSW index.
	IndexReady Indexed = "ready"
	// IndexFew: exactly, since there are too few documents for an index to help.
	IndexFew Indexed = "few"
	// IndexArrays: exactly, for want of the extension.
	IndexArrays Indexed = "arrays"
	// IndexDimension: exactly, since pgvector indexes no vectors so long.
	IndexDimension Indexed = "dimension"
	// IndexMixed: exactly, since collections of other lengths, or of other
	// programs, share the table: the column cannot be declared for one length,
	// which the index needs.
	IndexMixed Indexed = "mixed"
	// IndexBusy: exactly, since the table was in use; a later load tries again.
	IndexBusy Indexed = "busy"
	// IndexDenied: exactly, since the role does not own the table.
	IndexDenied Indexed = "denied"
)

// maxIndexed is the greatest dimension of pgvector's HNSW over the type vector.
const maxIndexed = 2000

// declaredByUs is the comment by which a declaration of ours is known.
const declaredByUs = "length declared by datapipeline"

//go:embed sql/mixed.sql
var mixedSQL string

// Index makes the collection's HNSW index by cosine distance where it has at
// least from documents and it can be done, and says how the collection is
// searched. The index holds the collection alone: one over the whole table
// would find its nearest neighbours among all collections and leave few or none
// of the one that is asked for. A query that names the collection uses it, as
// langchain's and Vanna's do.
func (c *Collection) Index(ctx context.Context, by Embedder, from int) (Indexed, error) {
	switch {
	case c.store.arrays:
		return IndexArrays, nil
	case by.Dimension > maxIndexed:
		return IndexDimension, nil
	}
	var enough, ready bool
	err := c.store.conn.QueryRow(ctx, `SELECT
		(SELECT count(*) >= $2 FROM (SELECT FROM langchain_pg_embedding WHERE collection_id = $1 LIMIT $2) AS counted),
		EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass($3) AND indisvalid)`, c.id, from, c.indexName()).Scan(&enough, &ready)
	switch {
	case err != nil:
		return "", fmt.Errorf("index %s: %w", c.Name, err)
	case ready:
		return IndexReady, nil
	case !enough:
		return IndexFew, nil
	}
	return c.build(ctx, by)
}

func (c *Collection) indexName() string {
	return "data_pipeline_hnsw_" + strings.ReplaceAll(c.id.String(), "-", "")
}

// declared is the length that the column of embeddings is declared for, 0 for
// any.
func declared(ctx context.Context, q querier) (int, error) {
	columns, err := columnTypes(ctx, q, embeddingTable)
	if err != nil {
		return 0, err
	}
	_, length, ok := strings.Cut(strings.TrimSuffix(columns["embedding"], ")"), "(")
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(length)
	return n, err
}

// declare declares the column for vectors of a length, unless it is declared for
// another, or the table holds collections that are not ours or of another
// length, of which it returns false. The vectors are kept with their rows from
// then on: the planner takes those kept apart for free to compare with, and
// passes over the index.
func declare(ctx context.Context, tx pgx.Tx, s *Store, dimension int) (bool, error) {
	if n, err := declared(ctx, tx); err != nil || n != 0 {
		return n == dimension, err
	}
	var mixed bool
	if err := tx.QueryRow(ctx, mixedSQL, strconv.Itoa(dimension)).Scan(&mixed); err != nil || mixed {
		return false, err
	}
	_, err := tx.Exec(ctx, fmt.Sprintf(`ALTER TABLE langchain_pg_embedding SET (toast_tuple_target = 8160);
		ALTER TABLE langchain_pg_embedding ALTER COLUMN embedding TYPE %s(%d);
		COMMENT ON COLUMN langchain_pg_embedding.embedding IS '%s'`, s.vectorType, dimension, declaredByUs))
	return err == nil, err
}

// undeclare takes a declaration of ours back, and with it the indexes that need
// it. It returns false for somebody else's.
func undeclare(ctx context.Context, tx pgx.Tx, s *Store) (bool, error) {
	var comment *string
	err := tx.QueryRow(ctx, `SELECT col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = 'langchain_pg_embedding'::regclass AND attname = 'embedding'`).Scan(&comment)
	if err != nil || comment == nil || *comment != declaredByUs {
		return false, err
	}
	rows, err := tx.Query(ctx, `SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'langchain_pg_embedding'::regclass AND indexrelid::regclass::text LIKE '%data\_pipeline\_hnsw\_%'`)
	if err != nil {
		return false, err
	}
	indexes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return false, err
	}
	for _, index := range indexes {
		if _, err := tx.Exec(ctx, `DROP INDEX `+index); err != nil {
			return false, err
		}
	}
	_, err = tx.Exec(ctx, fmt.Sprintf(`ALTER TABLE langchain_pg_embedding ALTER COLUMN embedding TYPE %s; COMMENT ON COLUMN langchain_pg_embedding.embedding IS NULL`, s.vectorType))
	return err == nil, err
}
