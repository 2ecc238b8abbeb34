package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
)

// Queue hands out the messages of a durable consumer of PIPELINE, one at a
// time, to as many goroutines as call Next.
type Queue struct {
	b        *Broker
	consumer jetstream.Consumer
}

// Queue opens a durable consumer that Provision made. ErrNotFound when it is
// not there, ErrUnavailable when the servers cannot be asked now.
func (b *Broker) Queue(ctx context.Context, durable string) (*Queue, error) {
	c, err := b.js.Consumer(ctx, events.StreamPipeline, durable)
	if err != nil {
		return nil, fmt.Errorf("consumer %s: %w", durable, translate(err))
	}
	return &Queue{b: b, consumer: c}, nil
}

// Next waits for the next message, through outages, until ctx ends. What
// cannot be decoded is kept as a dead letter and never returned. Nothing is
// fetched ahead. The consumer being deleted is ErrNotFound.
func (q *Queue) Next(ctx context.Context) (*Delivery, error) {
	for {
		msg, err := q.fetch(ctx)
		if err != nil {
			return nil, err
		}
		d, err := q.delivery(msg)
		if err == nil {
			return d, nil
		}
		if err := q.giveUp(ctx, msg, err); err != nil {
			return nil, err
		}
	}
}

// fetch asks for one message until there is one. A request ends with ctx, and
// with its interest gone the server hands it no message any more. One that it
// was handed in the moment of its end is delivered again after the AckWait.
func (q *Queue) fetch(ctx context.Context) (jetstream.Msg, error) {
	for wait := 50 * time.Millisecond; ; {
		msg, err := q.fetchOnce(ctx)
		if msg != nil {
			return msg, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil {
			wait = 50 * time.Millisecond
			continue
		}
		if !errors.Is(err, ErrUnavailable) {
			return nil, fmt.Errorf("fetch: %w", err)
		}
		q.b.log.Debug("fetching again", zap.Error(err))
		if err := q.b.sleep(ctx, wait); err != nil {
			return nil, context.Cause(ctx)
		}
		wait = min(2*wait, 2*time.Second)
	}
}

// fetchOnce waits for readExpiry at most; nil means that nothing came. The
// request has a deadline of its own, as one too soon for its heartbeats is an
// error to the client.
func (q *Queue) fetchOnce(ctx context.Context) (jetstream.Msg, error) {
	request, cancel := context.WithTimeout(context.WithoutCancel(ctx), readExpiry)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	defer context.AfterFunc(q.b.connection(), cancel)()
	batch, err := q.consumer.Fetch(1, jetstream.FetchContext(request), jetstream.FetchHeartbeat(readHeartbeat))
	if err != nil {
		return nil, translate(err)
	}
	for msg := range batch.Messages() {
		return msg, nil
	}
	if request.Err() != nil {
		return nil, nil
	}
	return nil, translate(batch.Error())
}

func (q *Queue) delivery(msg jetstream.Msg) (*Delivery, error) {
	m, meta, err := received(msg)
	if err != nil {
		return nil, err
	}
	e, err := m.Event()
	if err != nil {
		return nil, err
	}
	return &Delivery{Event: e, Message: m, Deliveries: int(meta.NumDelivered), msg: msg}, nil
}

// giveUp keeps a message as a dead letter and takes it off the consumer.
func (q *Queue) giveUp(ctx context.Context, msg jetstream.Msg, reason error) error {
	m, _, err := received(msg)
	if err != nil {
		return err
	}
	if err := q.b.DeadLetter(ctx, q.b.name, m, reason.Error()); err != nil {
		return err
	}
	if err := msg.TermWithReason(oneLine(reason.Error())); err != nil {
		return fmt.Errorf("terminate: %w", translate(err))
	}
	return nil
}

// Delivery is an event that was handed out for work and has to be settled
// within events.AckWait, unless InProgress extends that.
type Delivery struct {
	Event      events.Event
	Message    Message
	Deliveries int // 1 at the first delivery
	msg        jetstream.Msg
}

// InProgress starts events.AckWait anew.
func (d *Delivery) InProgress() error { return translate(d.msg.InProgress()) }

// Ack settles the delivery and waits for the server's confirmation. That is a
// hint all the same: a server that is killed now may deliver it again.
func (d *Delivery) Ack(ctx context.Context) error { return translate(d.msg.DoubleAck(ctx)) }

// Nak asks for another delivery after delay. Until then it still counts
// against the consumer's limit of unsettled deliveries.
func (d *Delivery) Nak(delay time.Duration) error { return translate(d.msg.NakWithDelay(delay)) }
