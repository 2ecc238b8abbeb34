package read

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// snapshot runs reads that see one state of the database, within a time.
func (r *Reader) snapshot(ctx context.Context, limit time.Duration, fn func(context.Context, pgx.Tx) error) error {
	if r.db == nil {
		return away(errors.New("no database is configured"))
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, r.db, options, func(tx pgx.Tx) error { return fn(ctx, tx) })
	if c := sqlState(err); c == undefinedTable || c == undefinedColumn {
		if outdated := r.Current(ctx); outdated != nil {
			return outdated
		}
	}
	return translate(err)
}

// The SQLSTATEs of a database that was not migrated yet, or not far enough.
const (
	undefinedTable  = "42P01"
	undefinedColumn = "42703"
)

// sqlState is the SQLSTATE of err, or "".
func sqlState(err error) string {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refused.Code
	}
	return ""
}

// translate makes apierr.ReadStoreUnavailable of what passes by itself, or by
// whoever looks after Postgres. A statement that Postgres refuses is our
// mistake.
func translate(err error) error {
	if c := sqlState(err); err == nil || c != "" && c != undefinedTable && ours(c[:2]) {
		return err
	}
	return away(err)
}

// retryAfter is when an outage is worth another try.
const retryAfter = 5 * time.Second

func away(cause error) error {
	return apierr.New(apierr.ReadStoreUnavailable).After(retryAfter).Because(cause)
}

// ours are the classes of data exceptions, and of syntax errors and faulty
// names.
func ours(class string) bool { return class == "22" || class == "42" }

// collect reads the rows of a query into structs by the names of the columns.
func collect[T any](ctx context.Context, tx pgx.Tx, name string, args ...any) ([]T, error) {
	return collectText[T](ctx, tx, name, query(name), args...)
}

func collectText[T any](ctx context.Context, tx pgx.Tx, name, text string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return list, nil
}

// containing is the pattern of ILIKE for texts that contain q; nil for none.
func containing(q string) *string {
	if q == "" {
		return nil
	}
	p := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q) + "%"
	return &p
}

// optional is nil for the zero value, which does not filter.
func optional[V comparable](v V) *V {
	var zero V
	if v == zero {
		return nil
	}
	return &v
}
