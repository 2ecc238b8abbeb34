package broker

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
)

// Following says what Follow delivers.
type Following struct {
	Stream string
	// Subjects are the filters, which must not overlap; none is everything.
	Subjects []string
	// From is the first sequence wanted. 0 starts with the first there is.
	From uint64
	// Created is when the stream was made that From belongs to. Zero takes
	// whichever is there.
	Created time.Time
	// Undecodable receives what is no event of this version of the contract;
	// its error ends the following. Nil logs it and goes on.
	Undecodable func(Message, error) error
}

// Follow delivers the events of a stream, in order, each once, without gaps,
// until ctx ends. Outages are waited out. An event carries its Stream,
// Sequence and Recorded time. fn is called by one goroutine, Follow's own; a
// slow fn slows the reading and loses nothing.
//
// It returns fn's error as it is, an error that wraps ctx's when ctx ended,
// ErrGap when the stream no longer holds the next message, ErrReplaced when it
// is another stream now, or ErrNotFound when there is none.
func (b *Broker) Follow(ctx context.Context, f Following, fn func(events.Event) error) error {
	r := &reader{b: b, stream: f.Stream, subjects: f.Subjects, next: f.From, created: f.Created}
	r.deliver = func(m Message) error { return b.deliver(m, f.Undecodable, fn) }
	return r.read(ctx)
}

// deliver hands a message on as the event it is.
func (b *Broker) deliver(m Message, undecodable func(Message, error) error, fn func(events.Event) error) error {
	e, err := m.Event()
	if err == nil {
		return fn(e)
	}
	if undecodable != nil {
		return undecodable(m, err)
	}
	b.log.Warn("message passed over", zap.String("subject", m.Subject), zap.Uint64("sequence", m.Sequence), zap.Error(err))
	return nil
}
