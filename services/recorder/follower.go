package recorder

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/recorder/internal/store"
)

// The pauses between tries, while Postgres is away or another recorder wins.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// recordFunc is store.RecordEvents or store.RecordLogs.
type recordFunc func(ctx context.Context, from store.Position, to uint64, batch []events.Event) (store.Position, store.Tally, error)

// follower records one stream, alone or as the standby of another recorder.
type follower struct {
	stream  string
	broker  *broker.Broker
	store   *store.Store
	record  recordFunc
	deleted chan<- struct{} // told when a task was deleted
	metrics *metrics
	log     *zap.Logger

	position atomic.Uint64 // of the last recorded message, for the metrics
	well     atomic.Bool   // records, or stands by
}

// errNotRecording is the answer of ready until the follower is at work.
var errNotRecording = errors.New("not recording")

// ready is a readiness check.
func (f *follower) ready(context.Context) error {
	if !f.well.Load() {
		return fmt.Errorf("%s: %w", f.stream, errNotRecording)
	}
	return nil
}

// run records until ctx ends, through outages. Any error that it returns before
// that means that the stream is not the one that was recorded, and says what to
// do.
func (f *follower) run(ctx context.Context) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		before := f.position.Load()
		err := f.session(ctx)
		f.metrics.active.WithLabelValues(f.stream).Set(0)
		f.well.Store(errors.Is(err, store.ErrMoved))
		switch {
		case ctx.Err() != nil:
			return err
		case errors.Is(err, store.ErrMoved):
			f.log.Info("another recorder is at work; standing by", zap.String("stream", f.stream))
			if err := f.standBy(ctx); err != nil {
				return err
			}
		case isDiscontinuity(err):
			return explain(f.stream, err)
		default:
			f.log.Warn("recording stopped, trying again", zap.String("stream", f.stream), zap.Error(err))
		}
		if f.position.Load() != before {
			pause = firstPause
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// session records from the stored position on, until anything goes wrong.
func (f *follower) session(ctx context.Context) error {
	at, created, err := f.begin(ctx)
	if err != nil {
		return err
	}
	f.metrics.active.WithLabelValues(f.stream).Set(1)
	f.well.Store(true)
	group, ctx := errgroup.WithContext(ctx)
	items := make(chan item, itemBuffer)
	group.Go(func() error { return f.read(ctx, at, created, items) })
	group.Go(func() error { return f.write(ctx, at, items) })
	return group.Wait()
}

// begin returns the stored position and when the stream was made. The first
// position stands before the first message that the stream still has. A stored
// one is read before the stream is asked, so that the stream cannot seem to be
// behind it.
func (f *follower) begin(ctx context.Context) (store.Position, time.Time, error) {
	at, stored, err := f.store.Position(ctx, f.stream)
	if err != nil {
		return at, time.Time{}, err
	}
	state, err := f.broker.State(ctx, f.stream)
	if err != nil {
		return at, time.Time{}, err
	}
	if !stored {
		at = store.Position{Stream: f.stream, Created: state.Created.Truncate(time.Microsecond), Sequence: max(state.First, 1) - 1}
		if err := f.store.Begin(ctx, at); err != nil {
			return at, time.Time{}, err
		}
	}
	f.position.Store(at.Sequence)
	return at, state.Created, continues(at, state)
}

// read hands on what the stream has behind the position.
func (f *follower) read(ctx context.Context, at store.Position, created time.Time, items chan<- item) error {
	send := func(i item) error {
		select {
		case items <- i:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	following := broker.Following{
		Stream: f.stream, From: at.Sequence + 1, Created: created,
		Undecodable: func(m broker.Message, reason error) error {
			return send(item{sequence: m.Sequence, message: m, reason: reason})
		},
	}
	return f.broker.Follow(ctx, following, func(e events.Event) error {
		return send(item{sequence: e.Sequence, event: e})
	})
}

// write records what comes, as much at once as there is.
func (f *follower) write(ctx context.Context, at store.Position, items <-chan item) error {
	for {
		batch, err := next(ctx, items)
		if err != nil {
			return err
		}
		if at, err = f.commit(ctx, at, batch); err != nil {
			return err
		}
	}
}

// sleep waits, less when ctx ends, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
