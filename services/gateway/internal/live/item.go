package live

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/citu/datapipeline/events"
)

// Item is an event as followers get it. Followers share it and change nothing
// in it.
type Item struct {
	// Event is without the sealed connection string that a request carries.
	events.Event
	// JSON is the event in CloudEvents' structured mode, with the extensions
	// stream, sequence and recordedtime.
	JSON []byte
}

// newItem makes an item of an event that was read from a stream.
func newItem(e events.Event) (*Item, error) {
	e.Data = withoutSecrets(e.Data)
	body, err := structured(e)
	if err != nil {
		return nil, fmt.Errorf("event %d of %s: %w", e.Sequence, e.Stream, err)
	}
	return &Item{Event: e, JSON: body}, nil
}

// size is about what the item takes in memory: its JSON, and as much for the
// event.
func (i *Item) size() int { return 2 * len(i.JSON) }

// withoutSecrets is d without a sealed connection string: ciphertext is of use
// to executors alone.
func withoutSecrets(d events.Data) events.Data {
	switch d := d.(type) {
	case *events.TaskCreated:
		c := *d
		c.Request.Connection.Sealed = ""
		return &c
	case *events.TaskExecutionRequested:
		c := *d
		c.Request.Connection.Sealed = ""
		return &c
	}
	return d
}

// cloudEvent is an event in CloudEvents' structured mode.
type cloudEvent struct {
	SpecVersion     string      `json:"specversion"`
	ID              string      `json:"id"`
	Type            events.Type `json:"type"`
	Source          string      `json:"source"`
	Subject         string      `json:"subject"`
	Time            time.Time   `json:"time"`
	DataContentType string      `json:"datacontenttype"`
	TraceParent     string      `json:"traceparent,omitempty"`
	Stream          string      `json:"stream"`
	Sequence        string      `json:"sequence"` // a string, as the extension of that name has it
	RecordedTime    time.Time   `json:"recordedtime"`
	Data            events.Data `json:"data"`
}

func structured(e events.Event) ([]byte, error) {
	return json.Marshal(cloudEvent{
		SpecVersion: "1.0", ID: e.ID, Type: e.Type(), Source: e.Source, Subject: e.Task(), Time: e.Time,
		DataContentType: "application/json", TraceParent: e.TraceParent,
		Stream: e.Stream, Sequence: strconv.FormatUint(e.Sequence, 10), RecordedTime: e.Recorded, Data: e.Data,
	})
}

// closing returns what an event says about the end of a request, if it is one
// that an executor's run ends with.
func closing(d events.Data) (events.Closing, bool) {
	switch d := d.(type) {
	case *events.TaskCompleted:
		return d.Closing, true
	case *events.TaskPartialCompleted:
		return d.Closing, true
	case *events.TaskFailed:
		return d.Closing, true
	case *events.TaskCancelled:
		return d.Closing, true
	}
	return events.Closing{}, false
}
