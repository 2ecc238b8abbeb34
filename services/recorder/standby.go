package recorder

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// standbyPause is how often a standby looks whether the other recorder lives.
const standbyPause = time.Second

// standBy waits until the position stays where it is although the stream goes
// on: then the other recorder is gone, or too slow, and taking over is right.
// Should it not be gone after all, one of the two loses again, and no row is
// written twice. It returns ctx's error when ctx ended.
func (f *follower) standBy(ctx context.Context) error {
	var before uint64
	for waiting := false; ; {
		if err := sleep(ctx, standbyPause); err != nil {
			return err
		}
		at, behind, err := f.compare(ctx)
		if err != nil {
			f.log.Debug("standby cannot see the position", zap.String("stream", f.stream), zap.Error(err))
			waiting = false
			continue
		}
		if waiting && behind && at == before {
			f.log.Info("taking over", zap.String("stream", f.stream), zap.Uint64("position", at))
			return nil
		}
		before, waiting = at, behind
	}
}

// compare returns the stored position, and whether the stream is ahead of it.
func (f *follower) compare(ctx context.Context) (uint64, bool, error) {
	at, _, err := f.store.Position(ctx, f.stream)
	if err != nil {
		return 0, false, err
	}
	f.position.Store(at.Sequence)
	state, err := f.broker.State(ctx, f.stream)
	return at.Sequence, state.Last > at.Sequence, err
}
