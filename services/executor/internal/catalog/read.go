package catalog

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// DB is a connection or a pool of them.
type DB interface {
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
}
