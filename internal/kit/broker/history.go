package broker

import (
	"context"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// History delivers a task's events of PIPELINE beyond the sequence after, in
// order, up to the newest at the time of the call. Without any it costs one
// request. Messages that are no events of this version are passed over. It
// waits out an outage until ctx ends, then returns ErrUnavailable or an error
// that wraps ctx's; fn's error is returned as it is.
func (b *Broker) History(ctx context.Context, taskID string, after uint64, fn func(events.Event) error) error {
	return b.history(ctx, events.StreamPipeline, events.KindSubject("*", taskID), after, fn)
}

// LogHistory is History for a task's log events, those of PIPELINE_LOGS.
func (b *Broker) LogHistory(ctx context.Context, taskID string, after uint64, fn func(events.Event) error) error {
	return b.history(ctx, events.StreamLogs, events.KindSubject("log", taskID), after, fn)
}

// LoadPairs folds what people said about a task's pairs beyond the sequence
// after onto an earlier state, nil among them, and returns it with the sequence
// of the last event about pairs that it read, or after. Errors as for History.
func (b *Broker) LoadPairs(ctx context.Context, taskID string, from projection.Pairs, after uint64) (projection.Pairs, uint64, error) {
	pairs, last := from, after
	err := b.history(ctx, events.StreamPipeline, events.KindSubject("pair", taskID), after, func(e events.Event) error {
		pairs, last = projection.ApplyPair(pairs, e), e.Sequence
		return nil
	})
	return pairs, last, err
}

func (b *Broker) history(ctx context.Context, stream, subject string, after uint64, fn func(events.Event) error) error {
	var last uint64
	err := b.retry(ctx, func(ctx context.Context) (err error) {
		last, err = b.LastSeq(ctx, stream, subject)
		return err
	})
	if err != nil || last <= after {
		return err
	}
	r := &reader{b: b, stream: stream, subjects: []string{subject}, next: after + 1, bounded: true}
	r.deliver = func(m Message) error {
		if m.Sequence > last {
			return errDone
		}
		if err := b.deliver(m, nil, fn); err != nil {
			return err
		}
		if m.Sequence == last {
			return errDone
		}
		return nil
	}
	return r.read(ctx)
}

// LoadTask folds a task's history onto a stored state of it, or onto the zero
// Task, and so returns its state at the time of the call. Errors as for
// History.
func (b *Broker) LoadTask(ctx context.Context, taskID string, from projection.Task) (projection.Task, error) {
	t := from
	err := b.History(ctx, taskID, from.LastSeq, func(e events.Event) error {
		t = projection.Apply(t, e)
		return nil
	})
	return t, err
}
