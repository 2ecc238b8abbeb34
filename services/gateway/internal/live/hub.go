// Package live hands on events as they come. A process reads each stream once
// and fans out; who is further back reads by a consumer of its own until it
// meets the others.
package live

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

var (
	// ErrTooMany refuses a follower beyond Config.MaxFollowers.
	ErrTooMany = errors.New("too many followers")
	// ErrBehind ends a follower that fell further behind than the hub remembers.
	// It may go on from its position.
	ErrBehind = errors.New("the follower is too slow")
	// ErrReset ends a follower whose position is not in the streams: it is past
	// their retention, or from other streams. It should load anew whatever it
	// knows, and follow from Now.
	ErrReset = errors.New("the position is not in the streams")
)

// Config bounds a hub. Zero values mean the defaults.
type Config struct {
	MaxFollowers int // at once; default 1,000
	// RingItems and RingBytes bound what is remembered of each stream; default
	// 4,096 events and 32 MiB. A follower that is further behind is too slow.
	RingItems, RingBytes int
}

// Hub follows both streams for a whole process. It is safe for concurrent use.
type Hub struct {
	cfg       Config
	state     *tail
	logs      *tail
	followers atomic.Int64
}

// New makes a hub, which does nothing before Run.
func New(b *broker.Broker, cfg Config, log *zap.Logger) *Hub {
	cfg.MaxFollowers = orDefault(cfg.MaxFollowers, 1000)
	cfg.RingItems, cfg.RingBytes = orDefault(cfg.RingItems, 4096), orDefault(cfg.RingBytes, 32<<20)
	tailOf := func(stream string) *tail {
		return &tail{broker: b, log: log, stream: stream, ring: newRing(cfg.RingItems, cfg.RingBytes)}
	}
	return &Hub{cfg: cfg, state: tailOf(events.StreamPipeline), logs: tailOf(events.StreamLogs)}
}

func orDefault(n, def int) int {
	if n > 0 {
		return n
	}
	return def
}

// Run reads the streams until ctx ends. Outages are waited out.
func (h *Hub) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { h.state.run(ctx) })
	wg.Go(func() { h.logs.run(ctx) })
	wg.Wait()
	return nil
}

// Now is the newest position that the hub knows of, once it has found the
// streams; until then it waits for as long as ctx lets it.
func (h *Hub) Now(ctx context.Context) (Position, error) {
	var now Position
	for _, s := range []struct {
		tail *tail
		at   *uint64
	}{{h.state, &now.Pipeline}, {h.logs, &now.Logs}} {
		v, err := s.tail.found(ctx)
		if err != nil {
			return Position{}, err
		}
		*s.at = v.head
	}
	return now, nil
}

// Behind says how many messages of a stream lie beyond a sequence, and when the
// stream took the oldest of them; the zero time where there is none or where it
// is too long ago to be known here. It asks nobody, and knows nothing before it
// has found the stream.
func (h *Hub) Behind(stream string, sequence uint64) (messages uint64, since time.Time, known bool) {
	if stream == events.StreamLogs {
		return h.logs.ring.behind(sequence)
	}
	return h.state.ring.behind(sequence)
}

// Await returns nil once there is a task.* event of the task beyond a sequence
// of PIPELINE, or might be one that the hub no longer remembers; or ctx's
// error.
func (h *Hub) Await(ctx context.Context, taskID string, after uint64) error {
	for {
		v := h.state.ring.after(after)
		if !v.covered || hasTaskEvent(v.items, taskID) {
			return nil
		}
		after = v.next
		if after < v.head {
			continue
		}
		if err := wait(ctx, v.grown); err != nil {
			return err
		}
	}
}

func hasTaskEvent(items []*Item, taskID string) bool {
	return slices.ContainsFunc(items, func(i *Item) bool {
		return i.Task() == taskID && strings.HasPrefix(string(i.Type()), "task.")
	})
}
