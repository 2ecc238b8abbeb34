package command

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

const (
	ddl, qa, validation, load = events.StepDDL, events.StepQA, events.StepValidation, events.StepLoad
)

func TestExecuteChoosesSteps(t *testing.T) {
	complete := Execution{Mode: events.ModeComplete}
	single := func(s events.Step) Execution { return Execution{Mode: events.ModeSingle, Step: s} }
	forced := func(x Execution) Execution { x.Force = true; return x }
	noLoad := func(n *NewTask) {
		n.Request.Options.EnableTrainingDataLoad = false
		n.Request.Steps, n.Request.SkippedSteps = []events.Step{ddl, qa, validation}, []events.Step{load}
	}
	for name, c := range map[string]struct {
		task    func(*NewTask)
		done    []events.Step
		x       Execution
		run     []events.Step
		skipped []events.Step
		refused apierr.Type
	}{
		"the rest":                     {done: []events.Step{ddl, qa}, x: complete, run: []events.Step{validation, load}},
		"all where nothing is done":    {x: complete, run: events.Steps()},
		"all where forced":             {done: events.Steps(), x: forced(complete), run: events.Steps()},
		"nothing left":                 {done: events.Steps(), x: complete, refused: apierr.NothingToDo},
		"what is disabled is skipped":  {task: noLoad, done: []events.Step{ddl, qa}, x: complete, run: []events.Step{validation}, skipped: []events.Step{load}},
		"one step":                     {done: []events.Step{ddl}, x: single(qa), run: []events.Step{qa}},
		"a completed step":             {done: []events.Step{ddl}, x: single(ddl), refused: apierr.StepCompleted},
		"a completed step, forced":     {done: []events.Step{ddl}, x: forced(single(ddl)), run: []events.Step{ddl}},
		"an earlier step is not done":  {done: []events.Step{ddl}, x: single(load), refused: apierr.StepNotReady},
		"an earlier step, but forced":  {done: []events.Step{ddl}, x: forced(single(load)), run: []events.Step{load}},
		"a first step that comes last": {done: []events.Step{qa}, x: complete, run: events.Steps()},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			if c.task == nil {
				c.task = func(*NewTask) {}
			}
			id := f.create(c.task).TaskID
			f.run(id, c.done...)
			got, err := f.Execute(t.Context(), id, c.x)
			if c.refused != "" {
				if !apierr.Is(err, c.refused) {
					t.Errorf("%v, want %s", err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if r := got.Request; !slices.Equal(r.Steps, c.run) || !slices.Equal(r.SkippedSteps, c.skipped) || r.Force != c.x.Force {
				t.Errorf("runs %v and skips %v, want %v and %v", r.Steps, r.SkippedSteps, c.run, c.skipped)
			}
			if now := f.task(id); now.LastSeq != got.LastSeq || now.Status != projection.Pending {
				t.Errorf("answered %d, the task is at %d and %s", got.LastSeq, now.LastSeq, now.Status)
			}
		})
	}
}

// newest is the newest request in the stream, its connection included.
func (f *fixture) newest(id string) events.Request {
	f.t.Helper()
	var r events.Request
	for _, e := range f.events(id) {
		if d, ok := e.Data.(events.TaskRequest); ok {
			r = d.Order()
		}
	}
	return r
}

func TestExecuteCarriesTheSealedConnectionOn(t *testing.T) {
	f := newFixture(t)
	id := f.create().TaskID
	again := Execution{Actor: "bob", Mode: events.ModeComplete}
	for range 2 {
		f.run(id, ddl)
		if _, err := f.Execute(t.Context(), id, again); err != nil {
			t.Fatal(err)
		}
		if r := f.newest(id); r.Connection != order().Request.Connection || r.Actor != "bob" {
			t.Errorf("connection %+v of %s", r.Connection, r.Actor)
		}
	}
	f.run(id)
	again.Connection = &events.Connection{Name: "shop"}
	if _, err := f.Execute(t.Context(), id, again); err != nil {
		t.Fatal(err)
	}
	if r := f.newest(id); r.Connection != *again.Connection {
		t.Errorf("connection %+v", r.Connection)
	}
}

func TestExecuteRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*fixture) string
		want    apierr.Type
	}{
		"a task that waits": {func(f *fixture) string { return f.create().TaskID }, apierr.TaskRunning},
		"a task that runs": {func(f *fixture) string {
			created := f.create()
			f.publish(&events.TaskStarted{Run: events.Run{TaskID: created.TaskID, Request: created.Sequence, Attempt: 1}, Executor: "e"})
			return created.TaskID
		}, apierr.TaskRunning},
		"a task without a connection": {func(f *fixture) string {
			id := f.create(func(n *NewTask) { n.Request.Connection.Sealed = "" }).TaskID
			f.run(id, ddl)
			return id
		}, apierr.ConnectionRequired},
		"a task of the command line": {func(f *fixture) string {
			d := &events.TaskCreated{TaskID: "manual_20250701_143052", TaskType: events.TaskTypeComplete, CreatedAt: f.create().CreatedAt,
				CreatedBy: "manual", Parameters: []byte(`{}`), Request: order().Request}
			d.Request.Runner = events.RunnerSelf
			f.publish(d)
			f.run(d.TaskID, ddl)
			return d.TaskID
		}, apierr.TaskNotInPool},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			_, err := f.Execute(t.Context(), c.prepare(f), Execution{Mode: events.ModeComplete})
			if !apierr.Is(err, c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// stored reads tasks as if Postgres had outlived the stream.
type stored map[string]projection.Task

func (s stored) Task(_ context.Context, id string) (projection.Task, error) { return s[id], nil }

func TestExecuteOfATaskWhoseRequestAgedOut(t *testing.T) {
	f := newFixture(t)
	id := f.create().TaskID
	f.run(id, ddl)
	f.Commands.tasks = stored{id: f.task(id)}
	s, err := f.broker.JS().Stream(t.Context(), events.StreamPipeline)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Execute(t.Context(), id, Execution{Mode: events.ModeComplete}); !apierr.Is(err, apierr.TaskExpired) {
		t.Error(err)
	}
}

func TestOfTwoRequestsAtOnceOneWins(t *testing.T) {
	f := newFixture(t)
	id := f.create().TaskID
	f.run(id, ddl)
	errs := make(chan error)
	for range 2 {
		go func() {
			_, err := f.Execute(t.Context(), id, Execution{Mode: events.ModeComplete})
			errs <- err
		}()
	}
	a, b := <-errs, <-errs
	if (a == nil) == (b == nil) || !apierr.Is(errors.Join(a, b), apierr.TaskRunning) {
		t.Errorf("%v and %v", a, b)
	}
}
