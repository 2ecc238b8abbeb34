package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"
)

// Reading is by short-lived consumers of our own rather than by the client's
// ordered consumer, which cannot be stopped while it waits for a server, and
// does not notice that a stream was replaced or lost its beginning.
const (
	readBuffer    = 256             // messages asked for ahead
	readExpiry    = 5 * time.Second // of one request for messages
	readHeartbeat = time.Second
	readIdle      = time.Minute // after which the server drops a consumer nobody reads
)

// errDone ends a reading from within deliver.
var errDone = errors.New("done")

// ended carries what deliver returned out of a session, so that it is never
// taken for a failure of the reading itself.
type ended struct{ cause error }

func (e ended) Error() string { return "ended by the reader" }

func end(err error) error {
	if errors.Is(err, errDone) {
		return ended{}
	}
	return ended{err}
}

// errBroken: messages were lost on the way; read again from the last one.
var errBroken = errors.New("a message is missing")

// reader delivers the messages of a stream in order, from next on.
type reader struct {
	b        *Broker
	stream   string
	subjects []string  // filters; none is everything
	next     uint64    // 0: from the first there is
	created  time.Time // of the stream; zero until known
	bounded  bool      // ends where the stream ends
	deliver  func(Message) error
}

// read reads until deliver returns an error, which it returns (nil for
// errDone), ctx ends, or the stream cannot be what was read before. Whatever
// else goes wrong is tried again.
func (r *reader) read(ctx context.Context) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		before := r.next
		err := r.session(ctx)
		var end ended
		switch {
		case errors.As(err, &end):
			return end.cause
		case ctx.Err() != nil:
			return fmt.Errorf("read %s: %w", r.stream, context.Cause(ctx))
		case !errors.Is(err, ErrUnavailable):
			return err
		}
		if r.next != before {
			wait = 50 * time.Millisecond
		}
		r.b.log.Debug("reading again", zap.String("stream", r.stream), zap.Uint64("from", r.next), zap.Error(err))
		if err := r.b.sleep(ctx, wait); err != nil {
			return fmt.Errorf("read %s: %w", r.stream, context.Cause(ctx))
		}
	}
}

// session reads through one consumer for as long as that works.
func (r *reader) session(ctx context.Context) error {
	if !r.bounded {
		if err := r.check(ctx); err != nil {
			return err
		}
	}
	consumer, err := r.consumer(ctx)
	if err != nil {
		return fmt.Errorf("read %s: %w", r.stream, translate(err))
	}
	info := consumer.CachedInfo()
	defer r.remove(info.Name)
	if r.bounded && info.NumPending == 0 {
		return end(errDone)
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(readBuffer), jetstream.PullExpiry(readExpiry),
		jetstream.PullHeartbeat(readHeartbeat), jetstream.WithMessagesErrOnMissingHeartbeat(true))
	if err != nil {
		return fmt.Errorf("read %s: %w", r.stream, translate(err))
	}
	defer messages.Stop()
	return r.consume(ctx, messages)
}

// check makes sure that the stream still is the one that was read before, and
// still has what comes next.
func (r *reader) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	state, err := r.b.State(ctx, r.stream)
	if err != nil {
		return err
	}
	if !r.created.IsZero() && !r.created.Equal(state.Created) {
		return fmt.Errorf("%w: %s of %s was replaced by one of %s", ErrReplaced, r.stream, r.created, state.Created)
	}
	if r.next != 0 && state.First > r.next {
		return fmt.Errorf("%w: %s begins at %d, needed from %d", ErrGap, r.stream, state.First, r.next)
	}
	r.created = state.Created
	return nil
}

func (r *reader) consumer(ctx context.Context) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return r.b.js.CreateConsumer(ctx, r.stream, jetstream.ConsumerConfig{
		AckPolicy:         jetstream.AckNonePolicy,
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       max(r.next, 1),
		FilterSubjects:    r.subjects,
		InactiveThreshold: readIdle,
		MemoryStorage:     true,
		Replicas:          1,
	})
}

// remove tidies up after a session; the server would, after readIdle.
func (r *reader) remove(consumer string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := r.b.js.DeleteConsumer(ctx, r.stream, consumer); err != nil {
		r.b.log.Debug("consumer left to expire", zap.String("consumer", consumer), zap.Error(err))
	}
}

// consume delivers what comes; consecutive consumer sequences prove that
// nothing was lost between the server and here.
func (r *reader) consume(ctx context.Context, messages jetstream.MessagesContext) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.b.connection(), cancel)()
	for count := uint64(1); ; count++ {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return fmt.Errorf("read %s: %w: %w", r.stream, ErrUnavailable, err)
		}
		m, meta, err := received(msg)
		if err != nil {
			return fmt.Errorf("read %s: %w", r.stream, err)
		}
		if meta.Sequence.Consumer != count {
			return fmt.Errorf("read %s: %w: %w", r.stream, ErrUnavailable, errBroken)
		}
		if err := r.deliver(m); err != nil {
			return end(err)
		}
		r.next = m.Sequence + 1
		if r.bounded && meta.NumPending == 0 {
			return end(errDone)
		}
	}
}

// State is where a stream begins and ends.
type State struct {
	Created  time.Time
	First    uint64 // sequence of the first message there is; Last+1 when empty
	Last     uint64 // sequence of the newest message, 0 when there never was one
	Messages uint64
	Bytes    uint64
	Replicas int
}

// State asks a stream's leader. Errors: ErrNotFound, ErrUnavailable.
func (b *Broker) State(ctx context.Context, stream string) (State, error) {
	s, err := b.js.Stream(ctx, stream)
	if err != nil {
		return State{}, fmt.Errorf("stream %s: %w", stream, translate(err))
	}
	info := s.CachedInfo()
	return State{
		Created:  info.Created,
		First:    info.State.FirstSeq,
		Last:     info.State.LastSeq,
		Messages: info.State.Msgs,
		Bytes:    info.State.Bytes,
		Replicas: info.Config.Replicas,
	}, nil
}
