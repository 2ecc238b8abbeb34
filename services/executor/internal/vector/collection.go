package vector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Collection is a named set of documents, made by one embedder.
type Collection struct {
	store *Store
	id    uuid.UUID
	// Name includes the prefix.
	Name string
}

// Collection returns the collection of that name for vectors of an embedder,
// and makes it if need be. One that holds vectors of another embedder, or of
// one that nobody recorded, is refused with a *MismatchError.
func (s *Store) Collection(ctx context.Context, name string, by Embedder) (*Collection, error) {
	c := &Collection{store: s, Name: name}
	err := s.inTx(ctx, func(tx pgx.Tx) error { return c.ensure(ctx, tx, by) })
	if err != nil {
		return nil, fmt.Errorf("collection %s: %w", name, err)
	}
	return c, nil
}

func (c *Collection) ensure(ctx context.Context, tx pgx.Tx, by Embedder) error {
	have, err := c.recorded(ctx, tx)
	if errors.Is(err, pgx.ErrNoRows) {
		return c.create(ctx, tx, by)
	}
	if err != nil {
		return err
	}
	if have == by {
		return c.checkColumn(ctx, tx, by)
	}
	var used bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM langchain_pg_embedding WHERE collection_id = $1)`, c.id).Scan(&used); err != nil {
		return err
	}
	if used {
		return &MismatchError{c.Name, have, by}
	}
	return c.record(ctx, tx, by)
}

// querier is a connection or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// recorded finds the collection, and what it records of its embedder.
func (c *Collection) recorded(ctx context.Context, q querier) (have Embedder, err error) {
	var raw []byte
	err = q.QueryRow(ctx, `SELECT uuid, coalesce(cmetadata::text, '{}') FROM langchain_pg_collection WHERE name = $1`, c.Name).Scan(&c.id, &raw)
	_ = json.Unmarshal(raw, &have) // what is not of our form records nothing
	return have, err
}

func (c *Collection) create(ctx context.Context, tx pgx.Tx, by Embedder) error {
	c.id = uuid.New()
	if _, err := tx.Exec(ctx, `INSERT INTO langchain_pg_collection (uuid, name) VALUES ($1, $2)`, c.id, c.Name); err != nil {
		return err
	}
	return c.record(ctx, tx, by)
}

// record keeps the embedder beside whatever else the collection's metadata say.
func (c *Collection) record(ctx context.Context, tx pgx.Tx, by Embedder) error {
	record, err := json.Marshal(by)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE langchain_pg_collection SET cmetadata = (coalesce(cmetadata::jsonb, '{}') || $2::text::jsonb)::json WHERE uuid = $1`, c.id, string(record))
	if err != nil {
		return err
	}
	return c.checkColumn(ctx, tx, by)
}

// checkColumn refuses a column that is declared for vectors of another length,
// unless the declaration is ours.
func (c *Collection) checkColumn(ctx context.Context, tx pgx.Tx, by Embedder) error {
	n, err := declared(ctx, tx)
	if err != nil || n == 0 || n == by.Dimension {
		return err
	}
	ours, err := undeclare(ctx, tx, c.store)
	if err != nil || ours {
		return err
	}
	return &MismatchError{c.Name, Embedder{"", n}, by}
}
