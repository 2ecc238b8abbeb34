package broker

import (
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
)

// Message is a message of a stream as it lies there.
type Message struct {
	Stream   string
	Sequence uint64
	Recorded time.Time // when the stream took it
	Subject  string
	Header   nats.Header
	Body     []byte
}

// received takes a message of a consumer apart.
func received(msg jetstream.Msg) (Message, *jetstream.MsgMetadata, error) {
	meta, err := msg.Metadata()
	if err != nil {
		return Message{}, nil, err
	}
	return Message{
		Stream:   meta.Stream,
		Sequence: meta.Sequence.Stream,
		Recorded: meta.Timestamp,
		Subject:  msg.Subject(),
		Header:   msg.Headers(),
		Body:     msg.Data(),
	}, meta, nil
}

// Event decodes the message, with its place in the stream. Errors as for
// events.Decode.
func (m Message) Event() (events.Event, error) {
	e, err := events.Decode(m.Subject, m.Header, m.Body)
	if err != nil {
		return events.Event{}, err
	}
	e.Stream, e.Sequence, e.Recorded = m.Stream, m.Sequence, m.Recorded
	return e, nil
}
