package broker

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
)

// PublishAll writes events that belong together, pipelined, and returns when
// the stream has all of them on disk. They keep their order unless one has to
// be sent again. Errors as for Publish; an event that breaks the contract is
// found before anything is sent, and after any other error some may be there.
func (b *Broker) PublishAll(ctx context.Context, all ...events.Event) error {
	msgs := make([]*nats.Msg, len(all))
	for i, e := range all {
		msg, err := events.Encode(e)
		if err != nil {
			return err
		}
		msgs[i] = msg
	}
	for i, err := range b.pipeline(ctx, msgs) {
		if err == nil {
			continue
		}
		if _, err := b.publish(ctx, msgs[i]); err != nil {
			return err
		}
	}
	return nil
}

// pipeline sends all messages, then waits for each answer.
func (b *Broker) pipeline(ctx context.Context, msgs []*nats.Msg) []error {
	futures, results := make([]jetstream.PubAckFuture, len(msgs)), make([]error, len(msgs))
	for i, msg := range msgs {
		futures[i], results[i] = b.js.PublishMsgAsync(msg, jetstream.WithStallWait(stallWait))
	}
	for i, future := range futures {
		if results[i] == nil {
			results[i] = await(ctx, future)
		}
	}
	return results
}

// await ends by itself: the client gives every future an answer or a timeout.
func await(ctx context.Context, future jetstream.PubAckFuture) error {
	select {
	case <-future.Ok():
		return nil
	case err := <-future.Err():
		return errors.Join(err)
	case <-ctx.Done():
		return ctx.Err()
	}
}
