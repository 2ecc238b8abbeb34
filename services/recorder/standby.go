package recorder

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/recorder/internal/store"
)

// standbyPause is how often a standby looks whether the other recorder lives.
const standbyPause = time.Second

// standBy waits until the position stays where it is although the stream goes
// on: then the other recorder is gone, or too slow, and taking over is right.
// Should it not be gone after all, one of the two loses again, and no row is
// written twice. A stream that does not continue also ends the wait, so that
// every recorder says so. It returns ctx's error when ctx ended.
func (f *follower) standBy(ctx context.Context) error {
	var before uint64
	for waiting := false; ; {
		if err := sleep(ctx, standbyPause); err != nil {
			return err
		}
		at, state, err := f.compare(ctx)
		if err != nil {
			f.log.Debug("standby cannot see the position", zap.String("stream", f.stream), zap.Error(err))
			waiting = false
			continue
		}
		behind, broken := state.Last > at.Sequence, isDiscontinuity(continues(at, state))
		if broken || waiting && behind && at.Sequence == before {
			f.log.Info("taking over", zap.String("stream", f.stream), zap.Uint64("position", at.Sequence))
			return nil
		}
		before, waiting = at.Sequence, behind
	}
}

// compare returns the stored position, and then where the stream is.
func (f *follower) compare(ctx context.Context) (store.Position, broker.State, error) {
	at, _, err := f.store.Position(ctx, f.stream)
	if err != nil {
		return at, broker.State{}, err
	}
	f.position.Store(at.Sequence)
	state, err := f.broker.State(ctx, f.stream)
	return at, state, err
}
