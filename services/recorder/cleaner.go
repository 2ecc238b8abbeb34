package recorder

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// cleanInterval is how often log lines to delete are looked for without a
// signal: those that an earlier process left, and those that operators removed.
const cleanInterval = time.Minute

// clean deletes the log lines of deleted tasks, beside the recording, until ctx
// ends.
func (r *Recorder) clean(ctx context.Context) error {
	ticker := time.NewTicker(cleanInterval)
	defer ticker.Stop()
	for {
		if err := r.cleanAll(ctx); err != nil && ctx.Err() == nil {
			r.log.Warn("log lines of deleted tasks stay for now", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.deleted:
		case <-ticker.C:
		}
	}
}

func (r *Recorder) cleanAll(ctx context.Context) error {
	for {
		more, err := r.store.DeleteLogs(ctx)
		if err != nil || !more {
			return err
		}
	}
}
