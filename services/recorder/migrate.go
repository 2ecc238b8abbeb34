package recorder

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/services/recorder/internal/store"
)

// Migrate brings a PostgreSQL database (14 or newer) to the schema that the
// recorder writes and the gateway reads, with the log partitions of yesterday,
// today and the week ahead. Concurrent calls wait for each other; a database
// that is up to date is left as it is. postgres.ErrConfig for a malformed
// connection string.
func Migrate(ctx context.Context, databaseURL string) error {
	pool, err := postgres.Open(ctx, postgres.Config{URL: databaseURL}, zap.NewNop())
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer pool.Close()
	return store.Migrate(ctx, pool)
}

// migrate waits for the database, then migrates it.
func (r *Recorder) migrate(ctx context.Context, pool *pgxpool.Pool) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := store.Migrate(ctx, pool)
		if err == nil || ctx.Err() != nil || !store.Unavailable(err) {
			return err
		}
		r.log.Warn("the database is not there yet", zap.Error(err))
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}
