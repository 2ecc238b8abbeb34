package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
)

// The headers of an event, after the CloudEvents NATS binding in binary mode.
const (
	HeaderSpecVersion     = "ce-specversion"
	HeaderID              = "ce-id"
	HeaderType            = "ce-type"
	HeaderSource          = "ce-source"
	HeaderSubject         = "ce-subject"
	HeaderTime            = "ce-time"
	HeaderDataContentType = "ce-datacontenttype"
	HeaderTraceParent     = "traceparent"
)

const specVersion = "1.0"

// ErrUnknownType is wrapped, together with ErrInvalid, by Decode's refusal of a
// type that this version of the package does not know. A newer sender may
// well publish one; a reader of state passes it over.
var ErrUnknownType = errors.New("unknown event type")

// Encode makes the message that carries e, on the subject of its type and task.
// It refuses with ErrInvalid what Decode would refuse.
func Encode(e Event) (*nats.Msg, error) {
	if e.Data == nil {
		return nil, fmt.Errorf("%w: no data", ErrInvalid)
	}
	if err := errors.Join(e.validateEnvelope(), e.Data.Validate()); err != nil {
		return nil, fmt.Errorf("encode %s: %w", e.Type(), err)
	}
	body, err := marshal(e.Data)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", e.Type(), err)
	}
	return &nats.Msg{Subject: Subject(e.Data), Header: e.headers(), Data: body}, nil
}

func (e Event) headers() nats.Header {
	h := nats.Header{}
	h.Set(HeaderSpecVersion, specVersion)
	h.Set(HeaderID, e.ID)
	h.Set(HeaderType, string(e.Type()))
	h.Set(HeaderSource, e.Source)
	h.Set(HeaderSubject, e.Task())
	h.Set(HeaderTime, e.Time.UTC().Format(time.RFC3339Nano))
	h.Set(HeaderDataContentType, "application/json")
	h.Set(nats.MsgIdHdr, e.ID)
	if e.TraceParent != "" {
		h.Set(HeaderTraceParent, e.TraceParent)
	}
	return h
}

func (e Event) validateEnvelope() error {
	_, err := uuid.Parse(e.ID)
	return check(
		field(HeaderID, err == nil),
		field(HeaderSource, e.Source != "" && len(e.Source) <= 128),
		field(HeaderTime, !e.Time.IsZero()),
		field(HeaderTraceParent, len(e.TraceParent) <= 128),
	)
}

// Decode reads a message from any sender. It refuses with ErrInvalid what
// breaks the contract, ErrUnknownType among it; unknown fields are passed over,
// since a newer sender may add some. Stream, Sequence and Recorded are left to
// whoever read the message from a stream.
func Decode(subject string, header nats.Header, body []byte) (Event, error) {
	e, err := decode(header, body)
	if err != nil {
		return Event{}, fmt.Errorf("decode %s: %w", subject, err)
	}
	if want := Subject(e.Data); subject != want {
		return Event{}, fmt.Errorf("decode %s: %w: its content belongs on %s", subject, ErrInvalid, want)
	}
	return e, nil
}

func decode(header nats.Header, body []byte) (Event, error) {
	if v := header.Get(HeaderSpecVersion); v != specVersion {
		return Event{}, fmt.Errorf("%w: %s %q", ErrInvalid, HeaderSpecVersion, v)
	}
	create, ok := blank[Type(header.Get(HeaderType))]
	if !ok {
		return Event{}, fmt.Errorf("%w: %w: %q", ErrInvalid, ErrUnknownType, header.Get(HeaderType))
	}
	at, err := time.Parse(time.RFC3339Nano, header.Get(HeaderTime))
	if err != nil {
		return Event{}, fmt.Errorf("%w: %s: %w", ErrInvalid, HeaderTime, err)
	}
	e := Event{ID: header.Get(HeaderID), Source: header.Get(HeaderSource), Time: at,
		TraceParent: header.Get(HeaderTraceParent), Data: create()}
	if err := json.Unmarshal(body, e.Data); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return e, errors.Join(e.validateEnvelope(), e.Data.Validate())
}

// marshal is json.Marshal without the escapes for HTML, which make SQL hard to
// read for people who look at a stream.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
