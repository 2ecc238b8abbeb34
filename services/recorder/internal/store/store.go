// Package store is the recorder's side of PostgreSQL: the tables, and the
// transactions that fold events into them and move the position of their
// stream. Its errors can be told apart with errors.Is by ErrMoved and
// ErrRefused; every other one may pass when the same is tried again.
package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Store writes the tables. Its methods are safe for concurrent use, by several
// processes too.
type Store struct {
	pool          *pgxpool.Pool
	keepLogs      time.Duration
	mu            sync.Mutex
	partitionDays map[string]bool // the days known to have a log partition
}

// New returns a store on a pool, which stays the caller's. Log lines older than
// keepLogs are not written.
func New(pool *pgxpool.Pool, keepLogs time.Duration) *Store {
	return &Store{pool: pool, keepLogs: keepLogs, partitionDays: map[string]bool{}}
}

// Ready returns nil when the database answers and has the tables.
func (s *Store) Ready(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, "SELECT FROM data_pipeline_positions LIMIT 1"); err != nil {
		return fmt.Errorf("ask the database: %w", err)
	}
	return nil
}

// callLimit bounds a transaction, also where the network swallows it. Only
// partitions, expiry and migrations may take longer.
const callLimit = 30 * time.Second

// record runs write in a transaction that moves a position. The commit is not
// synchronous: should the server lose it, the position is lost with the rows
// and the stream is read again from there.
func (s *Store) record(ctx context.Context, from Position, to uint64, write func(context.Context, pgx.Tx) error) (Position, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := move(ctx, tx, from, to); err != nil {
			return err
		}
		return write(ctx, tx)
	})
	if err != nil {
		return from, translate(err)
	}
	from.Sequence = to
	return from, nil
}

// send runs queued statements in one round trip.
func send(ctx context.Context, tx pgx.Tx, batch *pgx.Batch) error {
	if batch.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, batch).Close()
}
