package train

import (
	"context"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// Delete removes from the store of cfg what no task but this one loaded, and
// returns how many documents went. Its error is ctx's, or one of those of the
// step about the store.
func Delete(ctx context.Context, cfg Config, lang events.Language, taskID string) (int64, error) {
	if cfg.URL == "" {
		return 0, unconfigured(lang)
	}
	store, err := vector.Open(ctx, cfg.URL)
	if err != nil {
		return 0, translate(ctx, err, lang)
	}
	defer closeStore(ctx, store)
	n, err := store.DeleteTask(ctx, taskID)
	if err != nil {
		return 0, translate(ctx, err, lang)
	}
	return n, nil
}
