// Package command carries out what callers ask to be changed, each by one
// event or two, published by compare-and-set.
package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
	"github.com/citu/datapipeline/services/gateway/internal/trace"
)

const service = "gateway"

// Tasks reads tasks; it is a read.Reader.
type Tasks interface {
	// Task returns a task as it is, all events that were in the stream when the
	// call began included. apierr.TaskNotFound where there is
	// none, or no more.
	Task(ctx context.Context, id string) (projection.Task, error)
}

// Pairs reads the pairs of tasks; it is a pairlist.Book.
type Pairs interface {
	Load(ctx context.Context, taskID string) (pairlist.List, error)
}

// Checker asks an executor about a person's pair; it is a catalogue.Client.
type Checker interface {
	CheckPair(ctx context.Context, q events.PairQuestion) (events.PairAnswer, error)
}

// Output says where the files of a task are.
type Output interface {
	// Directory is the place of a key prefix as people find it.
	Directory(prefix string) string
}

// Commands publishes requests, cancellations, deletions and what people say
// about pairs. It is safe for concurrent use. The events belong to the trace of the call's context. Its errors are *apierr.Error, those of Tasks, or wrap
// broker.ErrUnavailable; each call ends with its context at the latest.
type Commands struct {
	broker   *broker.Broker
	tasks    Tasks
	pairs    Pairs
	checker  Checker
	output   Output
	location *time.Location
}

// Options are what Commands is made of.
type Options struct {
	Broker  *broker.Broker
	Tasks   Tasks
	Pairs   Pairs
	Checker Checker
	Output  Output
	// Location is the deployment's time zone.
	Location *time.Location
}

// New makes Commands.
func New(o Options) *Commands {
	return &Commands{broker: o.Broker, tasks: o.Tasks, pairs: o.Pairs, checker: o.Checker, output: o.Output, location: o.Location}
}

// change publishes what decide makes of a task, and decides anew when another
// event came first. Without data nothing is published. It returns the task as
// it then is.
func (c *Commands) change(ctx context.Context, id string, decide func(projection.Task) (events.Data, error)) (projection.Task, error) {
	for {
		last, err := c.broker.LastTaskSeq(ctx, id)
		if err != nil {
			return projection.Task{}, err
		}
		t, err := c.tasks.Task(ctx, id)
		if err != nil {
			return projection.Task{}, err
		}
		data, err := decide(t)
		if err != nil || data == nil {
			return t, err
		}
		e := events.New(service, data)
		e.TraceParent = trace.Of(ctx)
		seq, err := c.broker.PublishTask(ctx, e, last)
		if errors.Is(err, broker.ErrConflict) && ctx.Err() == nil {
			continue
		}
		if err != nil {
			return projection.Task{}, fmt.Errorf("change task %s: %w", id, err)
		}
		e.Sequence, e.Recorded = seq, e.Time
		return projection.Apply(t, e), nil
	}
}

// offset is the deployment's time zone at a time, in seconds east of UTC.
func (c *Commands) offset(t time.Time) int {
	_, seconds := t.In(c.location).Zone()
	return seconds
}
