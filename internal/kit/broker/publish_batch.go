package broker

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/citu/datapipeline/events"
)

// An atomic batch has a fixed cost of some milliseconds, so few events are
// faster one after the other; the server takes at most 1,000 in one.
const (
	minBatch = 50
	maxBatch = 500
)

// PublishOutputs is PublishOutput for events of one task that follow each
// other: each is written if the newest output.* event is the one before it, the
// first if that is expectedLast. Many are written in atomic batches. It returns
// the sequence of the last one. After an error some may be there; ErrConflict
// says that somebody else wrote in between.
func (b *Broker) PublishOutputs(ctx context.Context, all []events.Event, expectedLast uint64) (uint64, error) {
	last := expectedLast
	for len(all) >= minBatch {
		n := min(len(all), maxBatch)
		seq, err := b.publishBatch(ctx, "output", all[:n], last)
		if err != nil {
			return 0, err
		}
		all, last = all[n:], seq
	}
	for _, e := range all {
		seq, err := b.PublishOutput(ctx, e, last)
		if err != nil {
			return 0, err
		}
		last = seq
	}
	return last, nil
}

// MaxPairBatch is the number of events that PublishPairs takes at once.
const MaxPairBatch = maxBatch

// PublishPairs writes pair.* events of one task, 1 to MaxPairBatch, all or none
// of them, if the newest pair.* event of the task is the one at expectedLast; 0
// means that there is none. It returns the sequence of the last one; the others
// directly precede it. Errors as for PublishTask.
func (b *Broker) PublishPairs(ctx context.Context, all []events.Event, expectedLast uint64) (uint64, error) {
	if len(all) == 1 {
		return b.publishAfter(ctx, all[0], "pair", expectedLast)
	}
	if len(all) == 0 || len(all) > MaxPairBatch {
		return 0, fmt.Errorf("publish pairs: %d events, must be 1 to %d", len(all), MaxPairBatch)
	}
	return b.publishBatch(ctx, "pair", all, expectedLast)
}

// publishBatch writes events of a kind of one task atomically.
func (b *Broker) publishBatch(ctx context.Context, kind string, all []events.Event, expectedLast uint64) (uint64, error) {
	msgs := make([]*nats.Msg, len(all))
	for i, e := range all {
		msg, err := events.Encode(e)
		if err != nil {
			return 0, err
		}
		msgs[i] = msg
	}
	subject := events.KindSubject(kind, all[0].Task())
	var last uint64
	err := b.retry(ctx, func(ctx context.Context) (err error) {
		last, err = b.tryBatch(ctx, msgs, expectedLast, subject)
		return translateBatch(err)
	})
	if err == nil {
		return last, nil
	}
	if !errors.Is(err, ErrConflict) {
		return 0, fmt.Errorf("publish on %s: %w", subject, err)
	}
	return b.ownBatch(ctx, all, expectedLast, subject, err)
}

func (b *Broker) tryBatch(ctx context.Context, msgs []*nats.Msg, expectedLast uint64, subject string) (uint64, error) {
	batch, err := jetstreamext.NewBatchPublisher(b.js)
	if err != nil {
		return 0, err
	}
	for i, msg := range msgs[:len(msgs)-1] {
		var options []jetstreamext.BatchMsgOpt
		if i == 0 {
			options = append(options, jetstreamext.WithBatchExpectLastSequenceForSubject(expectedLast, subject))
		}
		if err := batch.AddMsg(msg, options...); err != nil {
			return 0, errors.Join(err, batch.Discard())
		}
	}
	ack, err := batch.CommitMsg(ctx, msgs[len(msgs)-1])
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

// translateBatch is translate for what only batches can meet: ids that the
// stream has already are those of an earlier try.
func translateBatch(err error) error {
	switch {
	case errors.Is(err, jetstreamext.ErrBatchPublishDuplicateMsgID):
		return fmt.Errorf("%w: %w", ErrConflict, err)
	case errors.Is(err, jetstreamext.ErrAtomicPublishTooManyInflight), errors.Is(err, jetstreamext.ErrBatchPublishIncomplete):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return translate(err)
}

// ownBatch looks whether the batch that won was our own, of a try whose
// acknowledgement was lost: it lies behind the expected event, one message
// after the other.
func (b *Broker) ownBatch(ctx context.Context, all []events.Event, expectedLast uint64, subject string, conflict error) (uint64, error) {
	first, err := b.ownAfter(ctx, subject, expectedLast, all[0].ID)
	if err != nil {
		return 0, fmt.Errorf("publish on %s: %w", subject, err)
	}
	if first == 0 {
		return 0, fmt.Errorf("publish on %s: %w", subject, conflict)
	}
	return first + uint64(len(all)) - 1, nil
}
