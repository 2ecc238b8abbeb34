package read

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// schemaVersion is the recorder's migration that made the tables as they are
// read here; later ones only add to them.
const schemaVersion = 5

// schemaTimeout is short: probes wait for it.
const schemaTimeout = 500 * time.Millisecond

// Current returns apierr.ReadStoreOutdated while the tables are older than what
// is read of them: the recorder has to be upgraded before the gateway. It returns
// nil where they are new enough, and where nobody can say.
func (r *Reader) Current(ctx context.Context) error {
	have, known := r.schema(ctx)
	outdated := known && have < schemaVersion
	if r.outdated.Swap(outdated) != outdated {
		r.log.Warn("the recorder's tables are older than this gateway reads, or no longer; upgrade the recorder first",
			zap.Bool("outdated", outdated), zap.Int("version", have), zap.Int("needed", schemaVersion))
	}
	if !outdated {
		return nil
	}
	return apierr.New(apierr.ReadStoreOutdated, have, schemaVersion).After(retryAfter)
}

// schema is the version of the tables, where that can be had.
func (r *Reader) schema(ctx context.Context) (version int, known bool) {
	if r.db == nil {
		return 0, false
	}
	ctx, cancel := context.WithTimeout(ctx, schemaTimeout)
	defer cancel()
	err := r.db.QueryRow(ctx, query("schema_version")).Scan(&version)
	return version, err == nil
}
