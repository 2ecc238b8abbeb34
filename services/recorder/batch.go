package recorder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/recorder/internal/store"
)

// The bounds of a batch. One that is full in either way is written at once.
const (
	maxEvents  = 1000
	maxRows    = 5000 // rows of log lines, of which an event has up to 256
	itemBuffer = 256  // read ahead of the batch being written
)

// item is a message of a stream: an event to record, or the reason why there is
// none.
type item struct {
	sequence uint64
	event    events.Event
	message  broker.Message // what is kept as a dead letter
	reason   error          // nil for an event to record
	passed   bool           // over, with its reason kept
}

// rows is how many rows the item will take, about.
func (i item) rows() int {
	if d, ok := i.event.Data.(*events.Log); ok {
		return len(d.Lines)
	}
	return 1
}

// next waits for an item and adds what is there behind it, without waiting.
func next(ctx context.Context, items <-chan item) ([]item, error) {
	var batch []item
	select {
	case first := <-items:
		batch = append(batch, first)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for rows := batch[0].rows(); len(batch) < maxEvents && rows < maxRows; {
		select {
		case more := <-items:
			batch = append(batch, more)
			rows += more.rows()
		default:
			return batch, nil
		}
	}
	return batch, nil
}

// commit records a batch. An event that the database refuses is found by
// halving, and then passed over like one that cannot be decoded.
func (f *follower) commit(ctx context.Context, at store.Position, batch []item) (store.Position, error) {
	after, err := f.recordBatch(ctx, at, batch)
	if !errors.Is(err, store.ErrRefused) || batch[0].reason != nil && len(batch) == 1 {
		return after, err
	}
	if len(batch) == 1 {
		return f.commit(ctx, at, []item{refused(batch[0], err)})
	}
	half := len(batch) / 2
	if at, err = f.commit(ctx, at, batch[:half]); err != nil {
		return at, err
	}
	return f.commit(ctx, at, batch[half:])
}

// recordBatch keeps what is no event as dead letters, then records the rest.
// The dead letters come first: the position never passes one that is not kept.
func (f *follower) recordBatch(ctx context.Context, at store.Position, batch []item) (store.Position, error) {
	var list []events.Event
	for n := range batch {
		if batch[n].reason == nil {
			list = append(list, batch[n].event)
		} else if err := f.passOver(ctx, &batch[n]); err != nil {
			return at, err
		}
	}
	began := time.Now()
	after, tally, err := f.record(ctx, at, batch[len(batch)-1].sequence, list)
	if err != nil {
		return at, err
	}
	f.recorded(after, list, tally, time.Since(began))
	return after, nil
}

// recorded says to everyone what has happened.
func (f *follower) recorded(after store.Position, list []events.Event, tally store.Tally, took time.Duration) {
	f.position.Store(after.Sequence)
	f.metrics.recorded(f.stream, len(list), tally, took)
	for _, e := range list {
		if e.Type() == events.TypeTaskDeleted {
			notify(f.deleted)
		}
	}
}

// passOver keeps what cannot be recorded, once. A type that this version does
// not know is no fault: a newer sender may publish it.
func (f *follower) passOver(ctx context.Context, i *item) error {
	if i.passed {
		return nil
	}
	reason := reasonOf(i.reason)
	if reason != reasonUnknownType {
		if err := f.broker.DeadLetter(ctx, service, i.message, i.reason.Error()); err != nil {
			return err
		}
	}
	i.passed = true
	f.metrics.passedOver.WithLabelValues(f.stream, reason).Inc()
	return nil
}

// Why a message becomes no row.
const (
	reasonUndecodable = "undecodable"
	reasonUnknownType = "unknown_type"
	reasonRefused     = "refused"
)

func reasonOf(err error) string {
	switch {
	case errors.Is(err, store.ErrRefused):
		return reasonRefused
	case errors.Is(err, events.ErrUnknownType):
		return reasonUnknownType
	}
	return reasonUndecodable
}

// refused makes of an event that was decoded the message that it was, apart
// from fields that this version does not know.
func refused(i item, reason error) item {
	i.reason = reason
	i.message = broker.Message{Stream: i.event.Stream, Sequence: i.sequence, Recorded: i.event.Recorded, Subject: events.Subject(i.event.Data)}
	if msg, err := events.Encode(i.event); err == nil {
		i.message.Header, i.message.Body = msg.Header, msg.Data
	} else {
		i.reason = fmt.Errorf("%w; %w", reason, err)
	}
	return i
}

// notify wakes whoever waits for the signal, without waiting itself.
func notify(signal chan<- struct{}) {
	select {
	case signal <- struct{}{}:
	default:
	}
}
