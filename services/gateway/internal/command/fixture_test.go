package command

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/outputdir"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

var shanghai = time.FixedZone("CST", 8*3600)

// fixture is Commands on a broker of their own, without Postgres.
type fixture struct {
	*Commands
	t     *testing.T
	tasks *read.Reader
}

func newFixture(t *testing.T) *fixture {
	b := testkit.Broker(t)
	tasks := read.New(nil, b, nil, testkit.Log(t))
	return &fixture{Commands: New(Options{Broker: b, Tasks: tasks, Output: outputdir.New("/srv/training"), Location: shanghai}), t: t, tasks: tasks}
}

// order is a task that asks for all steps.
func order() NewTask {
	return NewTask{
		Actor: "ann", Parameters: json.RawMessage(`{"db_connection":"postgres://ann:***@db/shop"}`), OutputDir: "shop",
		Request: events.Request{
			ExecutionMode: events.ModeComplete, Steps: events.Steps(),
			Connection: events.Connection{Sealed: "c2VhbGVk", Masked: "postgres://ann:***@db/shop"},
			Tables:     []string{"public.orders"}, BusinessContext: "a shop", DBName: "shop",
			Language: events.English, Options: events.DefaultOptions(),
		},
	}
}

func (f *fixture) create(change ...func(*NewTask)) Created {
	f.t.Helper()
	n := order()
	for _, c := range change {
		c(&n)
	}
	created, err := f.Create(f.t.Context(), n)
	if err != nil {
		f.t.Fatal(err)
	}
	return created
}

// run publishes what an executor would: an attempt at the newest request in
// which steps complete, then its end.
func (f *fixture) run(id string, steps ...events.Step) {
	f.t.Helper()
	r := events.Run{TaskID: id, Request: f.task(id).RequestSeq, Attempt: 1}
	f.publish(&events.TaskStarted{Run: r, Executor: "executor-1"})
	for _, s := range steps {
		now := time.Now()
		x := events.Execution{Run: r, Step: s, ExecutionID: events.ExecutionID(id, string(s), now), StartedAt: now}
		f.publish(&events.StepCompleted{Execution: x, CompletedAt: now, Result: json.RawMessage(`{}`), Manifest: []events.File{}})
	}
	f.publish(&events.TaskPartialCompleted{Closing: events.Closing{Run: r}})
}

func (f *fixture) publish(d events.Data) uint64 {
	f.t.Helper()
	seq, err := f.broker.Publish(f.t.Context(), events.New("test", d))
	if err != nil {
		f.t.Fatal(err)
	}
	return seq
}

func (f *fixture) task(id string) projection.Task {
	f.t.Helper()
	t, err := f.tasks.Task(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	return t
}

// events returns everything that the stream has of a task.
func (f *fixture) events(id string) []events.Event {
	f.t.Helper()
	return history(f.t, f.broker, id)
}

func history(t *testing.T, b *broker.Broker, id string) (all []events.Event) {
	t.Helper()
	err := b.History(t.Context(), id, 0, func(e events.Event) error {
		all = append(all, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
