package broker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
)

// Publish writes one event and returns its sequence once the stream has it on
// disk. It is tried again, with the same id and bytes, until ctx ends, so the
// stream holds it once (within events.Duplicates). Errors: events.ErrInvalid
// for an event that breaks the contract; ErrUnavailable when ctx ended first,
// and then the event may or may not be there.
func (b *Broker) Publish(ctx context.Context, e events.Event) (uint64, error) {
	msg, err := events.Encode(e)
	if err != nil {
		return 0, err
	}
	return b.publish(ctx, msg)
}

// PublishTask writes a task.* event if the newest task.* event of its task is
// the one at expectedLast; 0 means that there is none. ErrConflict says that
// there is a newer one. An earlier try whose acknowledgement was lost counts
// as success. Otherwise like Publish.
func (b *Broker) PublishTask(ctx context.Context, e events.Event, expectedLast uint64) (uint64, error) {
	return b.publishAfter(ctx, e, "task", expectedLast)
}

// PublishOutput is PublishTask for output.* events.
func (b *Broker) PublishOutput(ctx context.Context, e events.Event, expectedLast uint64) (uint64, error) {
	return b.publishAfter(ctx, e, "output", expectedLast)
}

// LastTaskSeq returns the sequence of the newest task.* event of a task, 0
// when there is none: what PublishTask expects.
func (b *Broker) LastTaskSeq(ctx context.Context, taskID string) (uint64, error) {
	return b.LastSeq(ctx, events.StreamPipeline, events.KindSubject("task", taskID))
}

// LastOutputSeq is LastTaskSeq for output.* events.
func (b *Broker) LastOutputSeq(ctx context.Context, taskID string) (uint64, error) {
	return b.LastSeq(ctx, events.StreamPipeline, events.KindSubject("output", taskID))
}

// LastPairSeq is LastTaskSeq for pair.* events.
func (b *Broker) LastPairSeq(ctx context.Context, taskID string) (uint64, error) {
	return b.LastSeq(ctx, events.StreamPipeline, events.KindSubject("pair", taskID))
}

// LastSeq returns the sequence of the newest message of a stream on a subject,
// which may hold wildcards; 0 when there is none. It asks the stream's leader.
func (b *Broker) LastSeq(ctx context.Context, stream, subject string) (uint64, error) {
	s, err := b.stream(ctx, stream)
	if err != nil {
		return 0, err
	}
	msg, err := s.GetLastMsgForSubject(ctx, subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("last message on %s: %w", subject, translate(err))
	}
	return msg.Sequence, nil
}

// publishAfter publishes by compare-and-set on all subjects of a kind of the
// event's task.
func (b *Broker) publishAfter(ctx context.Context, e events.Event, kind string, expectedLast uint64) (uint64, error) {
	msg, err := events.Encode(e)
	if err != nil {
		return 0, err
	}
	if got, _, _ := strings.Cut(string(e.Type()), "."); got != kind {
		return 0, fmt.Errorf("publish %s: only %s.* events can expect one before them", e.Type(), kind)
	}
	subject := events.KindSubject(kind, e.Task())
	seq, err := b.publish(ctx, msg, jetstream.WithExpectLastSequenceForSubject(expectedLast, subject))
	if !errors.Is(err, ErrConflict) {
		return seq, err
	}
	own, readErr := b.ownAfter(ctx, subject, expectedLast, e.ID)
	if readErr != nil {
		return 0, fmt.Errorf("publish %s: %w", msg.Subject, readErr)
	}
	if own == 0 {
		return 0, err
	}
	return own, nil
}

// ownAfter looks whether the message that won was our own, of a try whose
// acknowledgement was lost: that message directly follows the expected one.
// It returns its sequence, or 0.
func (b *Broker) ownAfter(ctx context.Context, subject string, expectedLast uint64, id string) (uint64, error) {
	var own uint64
	err := b.retry(ctx, func(ctx context.Context) error {
		s, err := b.stream(ctx, events.StreamPipeline)
		if err != nil {
			return err
		}
		winner, err := s.GetMsg(ctx, expectedLast+1, jetstream.WithGetMsgSubject(subject))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil // it has expired, so it is not ours
		}
		if err != nil {
			return translate(err)
		}
		if winner.Header.Get(events.HeaderID) == id {
			own = winner.Sequence
		}
		return nil
	})
	return own, err
}

// publish sends one message until it is acknowledged, refused, or ctx ends.
func (b *Broker) publish(ctx context.Context, msg *nats.Msg, options ...jetstream.PublishOpt) (uint64, error) {
	var seq uint64
	err := b.retry(ctx, func(ctx context.Context) error {
		ack, err := b.js.PublishMsg(ctx, msg, options...)
		if err != nil {
			return translate(err)
		}
		seq = ack.Sequence
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("publish %s: %w", msg.Subject, err)
	}
	return seq, nil
}

// retry calls try, each time with a deadline of its own, until it succeeds,
// fails with another error than ErrUnavailable, or ctx ends.
func (b *Broker) retry(ctx context.Context, try func(context.Context) error) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		tryCtx, cancel := context.WithTimeout(ctx, requestTimeout)
		err := try(tryCtx)
		cancel()
		if err == nil || !errors.Is(err, ErrUnavailable) && ctx.Err() == nil {
			return err
		}
		if b.sleep(ctx, wait) != nil {
			return fmt.Errorf("%w: %w: %w", ErrUnavailable, context.Cause(ctx), err)
		}
		b.retries.Inc()
	}
}

// sleep waits for about d, less when the connection came back or ctx ends,
// whose error it returns.
func (b *Broker) sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-b.connection().Done():
	case <-time.After(d/2 + rand.N(d)):
	}
	return nil
}
