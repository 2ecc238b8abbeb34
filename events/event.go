package events

import (
	"time"

	"github.com/google/uuid"
)

// Data is what an event says: a pointer to one of the event structs of this
// package.
type Data interface {
	// Type is the event's type.
	Type() Type
	// Task is the id of the task that it is about.
	Task() string
	// Validate returns an error that wraps ErrInvalid and names every field
	// that is missing or out of bounds.
	Validate() error
}

// Event is an event with its envelope.
type Event struct {
	ID     string    // ce-id: a UUIDv7, also the Nats-Msg-Id
	Source string    // ce-source: "/datapipeline/" and the service
	Time   time.Time // ce-time: when its sender made it
	Data   Data      // never nil

	// TraceParent is the W3C trace context; empty where nothing is traced.
	TraceParent string

	// The rest is known of events that were read from a stream, and ignored
	// when one is written.
	Stream   string    // the stream's name
	Sequence uint64    // its place in that stream
	Recorded time.Time // when the stream took it
}

// New makes an event of a service ("gateway") that is about to be published.
func New(service string, data Data) Event {
	return Event{
		ID:     uuid.Must(uuid.NewV7()).String(),
		Source: SourcePrefix + service,
		Time:   time.Now().UTC(),
		Data:   data,
	}
}

// SourcePrefix is what every ce-source begins with.
const SourcePrefix = "/datapipeline/"

// Type is the type of the event's data.
func (e Event) Type() Type { return e.Data.Type() }

// Task is the id of the task that the event is about.
func (e Event) Task() string { return e.Data.Task() }

// Run names what an event of a run belongs to.
type Run struct {
	TaskID string `json:"task_id"`
	// Request is the stream sequence of the request that is being carried out.
	Request uint64 `json:"request"`
	// Attempt counts the tries at that request, from 1.
	Attempt int `json:"attempt"`
}

// Task is the id of the task.
func (r Run) Task() string { return r.TaskID }

func (r Run) validate() error {
	return check(
		field("task_id", ValidTaskID(r.TaskID)),
		field("request", r.Request > 0),
		field("attempt", r.Attempt > 0),
	)
}
