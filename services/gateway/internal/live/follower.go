package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/citu/datapipeline/internal/kit/broker"
)

// holdTime is how long the event that ends a run waits for the run's log lines.
const holdTime = 5 * time.Second

// Follower gets the events beyond a position, each once and in the order of its
// stream. The event that ends a run comes after the run's log lines. A follower
// belongs to one goroutine, which closes it.
type Follower struct {
	hub      *Hub
	position Position
	state    chan mark // nil once nothing of the stream passes the filter
	logs     chan mark
	failed   chan error
	stop     context.CancelFunc
	closed   sync.Once
	pumps    sync.WaitGroup

	// held is the event that ends a run, while log lines of the run are to come.
	held  *mark
	until uint64 // the last of them
	limit *time.Timer
}

// Follow begins a follower beyond a position. ErrTooMany where there are too
// many already.
func (h *Hub) Follow(from Position, f Filter) (*Follower, error) {
	if h.followers.Add(1) > int64(h.cfg.MaxFollowers) {
		h.followers.Add(-1)
		return nil, ErrTooMany
	}
	ctx, stop := context.WithCancel(context.Background()) // Close ends it
	w := &Follower{hub: h, position: from, failed: make(chan error, 2), stop: stop, limit: time.NewTimer(0)}
	if f.takesState() {
		w.state = w.pump(ctx, pump{tail: h.state, filter: f, after: from.Pipeline})
	}
	if f.takesLogs() {
		w.logs = w.pump(ctx, pump{tail: h.logs, filter: f, after: from.Logs})
	}
	return w, nil
}

func (w *Follower) pump(ctx context.Context, p pump) chan mark {
	out := make(chan mark)
	p.out = out
	w.pumps.Go(func() { w.failed <- p.run(ctx) })
	return out
}

// Close ends the follower and waits until it has. It may be called again.
func (w *Follower) Close() {
	w.closed.Do(func() {
		w.stop()
		w.pumps.Wait()
		w.limit.Stop()
		w.hub.followers.Add(-1)
	})
}

// Position is how far the follower is: up to the last event of Next, and beyond
// those that its filter left out since.
func (w *Follower) Position() Position { return w.position }

// Next waits for the next event. Errors: ctx's, after which it may be called
// again; ErrBehind, ErrReset, or one that wraps broker.ErrUnavailable, after
// which the follower is of no more use.
func (w *Follower) Next(ctx context.Context) (*Item, error) {
	for {
		if i := w.release(false); i != nil {
			return i, nil
		}
		state := w.state
		if w.held != nil {
			state = nil
		}
		select {
		case m := <-state:
			if i := w.take(m); i != nil {
				return i, nil
			}
		case m := <-w.logs:
			w.position.Logs = m.sequence
			if m.item != nil {
				return m.item, nil
			}
		case <-w.limit.C:
			if i := w.release(true); i != nil {
				return i, nil
			}
		case err := <-w.failed:
			return nil, ending(err)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// take passes on what a pump of PIPELINE sent, or holds it.
func (w *Follower) take(m mark) *Item {
	if m.item != nil {
		if c, ok := closing(m.item.Data); ok && w.logs != nil && c.LogSequence > w.position.Logs {
			w.held, w.until = &m, c.LogSequence
			w.limit.Reset(holdTime)
			return nil
		}
	}
	w.position.Pipeline = m.sequence
	return m.item
}

// release returns the held event when its time has come.
func (w *Follower) release(now bool) *Item {
	if w.held == nil || !now && w.position.Logs < w.until {
		return nil
	}
	m := *w.held
	w.held = nil
	w.position.Pipeline = m.sequence
	return m.item
}

func ending(err error) error {
	if errors.Is(err, broker.ErrGap) || errors.Is(err, broker.ErrReplaced) {
		return fmt.Errorf("%w: %w", ErrReset, err)
	}
	return err
}
