package catalog

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

const (
	// manyTables are so many that it pays to open another connection for half of
	// the catalogue.
	manyTables = 200
	// patience is how long that may take.
	patience = time.Second
)

// together runs two parts of the work at once, over two connections that see
// the same moment. With few tables, or where there is no second connection to
// be had, one part follows the other.
func (r *reader) together(one, other func(pgx.Tx) error) error {
	second, err := r.second()
	if err != nil {
		return err
	}
	if second == nil {
		if err := one(r.tx); err != nil {
			return err
		}
		return other(r.tx)
	}
	defer func() { _ = second.Rollback(context.WithoutCancel(r.ctx)) }() // nothing was written
	var group errgroup.Group
	group.Go(func() error { return one(r.tx) })
	group.Go(func() error { return other(second) })
	return group.Wait()
}

// second begins a transaction that sees what r.tx sees, or returns nil. It waits
// for no connection that others hold: they may be waiting for this one.
func (r *reader) second() (pgx.Tx, error) {
	pool, is := r.db.(*pgxpool.Pool)
	if !is || len(r.roots) < manyTables || pool.Stat().AcquiredConns() >= pool.Stat().MaxConns() {
		return nil, nil
	}
	var snapshot string
	if err := r.tx.QueryRow(r.ctx, "SELECT pg_export_snapshot()").Scan(&snapshot); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.ctx, patience)
	defer cancel()
	tx, err := pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n" +
		"SET TRANSACTION SNAPSHOT " + Literal(snapshot) + ";\n" + statement("settings")})
	if err != nil {
		return nil, nil // the role has no more connections, or they lead to several servers
	}
	return tx, nil
}
