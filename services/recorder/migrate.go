package recorder

import (
	"context"

	"github.com/citu/datapipeline/services/recorder/internal/store"
)

// Migrate brings a PostgreSQL database (14 or newer) to the schema that the
// recorder writes and the gateway reads. Concurrent calls wait for each other;
// a database that is up to date is left as it is.
func Migrate(ctx context.Context, databaseURL string) error {
	return store.Migrate(ctx, databaseURL)
}
