package vector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// declareWait is how long a declaration waits for the table, which nobody
	// else can read meanwhile.
	declareWait = "2s"
	// indexWait is how long building an index waits for others, whom it does not
	// hold up.
	indexWait = 30 * time.Second
)

// build declares the column's length if need be, and makes the index, beside
// which others read and write. What has to wait too long is left to a later
// load.
func (c *Collection) build(ctx context.Context, by Embedder) (Indexed, error) {
	fits, err := c.declare(ctx, by.Dimension)
	state := IndexReady
	switch {
	case err == nil && !fits:
		return IndexMixed, nil
	case err == nil:
		state, err = c.buildIndex(ctx)
	}
	switch code(err) {
	case lockNotAvailable, deadlockDetected:
		return IndexBusy, nil
	case insufficientPrivilege:
		return IndexDenied, nil
	}
	if err != nil {
		return "", fmt.Errorf("index %s: %w", c.Name, err)
	}
	return state, nil
}

// declare is a transaction of its own: the table is locked until it ends.
func (c *Collection) declare(ctx context.Context, dimension int) (fits bool, err error) {
	err = c.store.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '`+declareWait+`'`); err != nil {
			return err
		}
		fits, err = declare(ctx, tx, c.store, dimension)
		return err
	})
	return fits, err
}

// buildIndex makes the index, unless another session is at it: it could not tell
// that one's unfinished index from one that was left invalid.
func (c *Collection) buildIndex(ctx context.Context) (Indexed, error) {
	conn, key := c.store.conn, lockKey("datapipeline index")
	taken, err := c.store.tryLock(ctx, key)
	if err != nil || !taken {
		return IndexBusy, err
	}
	err = c.store.limited(ctx, indexWait, func() error { return c.createConcurrently(ctx) })
	_, unlockErr := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, key)
	if err = errors.Join(err, unlockErr); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, `ANALYZE langchain_pg_embedding`)
	return IndexReady, err
}

// createConcurrently runs in no transaction. What an interrupted one left is
// invalid, and only costs writers time.
func (c *Collection) createConcurrently(ctx context.Context) error {
	var invalid bool
	err := c.store.conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid)`, c.indexName()).Scan(&invalid)
	if err != nil {
		return err
	}
	if invalid {
		if _, err := c.store.conn.Exec(ctx, `DROP INDEX CONCURRENTLY IF EXISTS `+c.indexName()); err != nil {
			return err
		}
	}
	schema := strings.TrimSuffix(c.store.vectorType, ".vector")
	_, err = c.store.conn.Exec(ctx, fmt.Sprintf(`CREATE INDEX CONCURRENTLY IF NOT EXISTS %s ON langchain_pg_embedding USING hnsw (embedding %s.vector_cosine_ops) WHERE collection_id = '%s'`,
		c.indexName(), schema, c.id))
	return err
}
