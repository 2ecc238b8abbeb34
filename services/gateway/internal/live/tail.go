package live

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// tail reads one stream for all followers.
type tail struct {
	broker *broker.Broker
	log    *zap.Logger
	stream string
	ring   *ring
}

// run keeps the ring at the stream's end until ctx ends.
func (t *tail) run(ctx context.Context) {
	for ctx.Err() == nil {
		err := t.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		t.log.Warn("live tail begins anew", zap.String("stream", t.stream), zap.Error(err))
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// follow places the ring at the stream's end and adds what comes, through
// outages, for as long as the stream stays the same.
func (t *tail) follow(ctx context.Context) error {
	state, err := t.broker.State(ctx, t.stream)
	if err != nil {
		return err
	}
	t.ring.reset(state.Last)
	return t.broker.Follow(ctx, broker.Following{
		Stream: t.stream, From: state.Last + 1, Created: state.Created,
		Undecodable: func(m broker.Message, err error) error {
			t.log.Warn("message passed over", zap.String("subject", m.Subject), zap.Uint64("sequence", m.Sequence), zap.Error(err))
			t.ring.append(m.Sequence, nil)
			return nil
		},
	}, func(e events.Event) error {
		i, err := newItem(e)
		if err != nil {
			return err
		}
		t.ring.append(e.Sequence, i)
		return nil
	})
}

// found waits until the ring stands on the stream.
func (t *tail) found(ctx context.Context) (view, error) {
	for {
		v := t.ring.after(0)
		if v.generation > 0 {
			return v, nil
		}
		if err := wait(ctx, v.grown); err != nil {
			return view{}, err
		}
	}
}
