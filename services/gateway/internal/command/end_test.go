package command

import (
	"slices"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

func (f *fixture) types(id string) (all []events.Type) {
	for _, e := range f.events(id) {
		all = append(all, e.Type())
	}
	return all
}

// start makes a task run.
func (f *fixture) start(created Created) {
	f.publish(&events.TaskStarted{Run: events.Run{TaskID: created.TaskID, Request: created.Sequence, Attempt: 1}, Executor: "e"})
}

func TestCancelOfATaskThatWaitsEndsIt(t *testing.T) {
	f := newFixture(t)
	id := f.create().TaskID
	got, err := f.Cancel(t.Context(), id, "ann", "wrong database")
	if err != nil || got.Status != projection.Cancelled {
		t.Fatalf("%s, %v", got.Status, err)
	}
	if _, err := f.Cancel(t.Context(), id, "ann", ""); !apierr.Is(err, apierr.TaskNotRunning) {
		t.Errorf("again: %v", err)
	}
}

func TestCancelOfATaskThatRunsIsAskedOnce(t *testing.T) {
	f := newFixture(t)
	created := f.create()
	f.start(created)
	for range 2 {
		got, err := f.Cancel(t.Context(), created.TaskID, "ann", "")
		if err != nil || got.Status != projection.InProgress || !got.CancelRequested {
			t.Errorf("%s, %v, %v", got.Status, got.CancelRequested, err)
		}
	}
	want := []events.Type{events.TypeTaskCreated, events.TypeTaskStarted, events.TypeTaskCancelRequested}
	if got := f.types(created.TaskID); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestDelete(t *testing.T) {
	f := newFixture(t)
	created := f.create()
	id := created.TaskID
	f.start(created)
	if _, err := f.Delete(t.Context(), id, Deletion{Actor: "ann"}); !apierr.Is(err, apierr.TaskRunning) {
		t.Fatalf("a task that runs: %v", err)
	}
	cancelled, err := f.Delete(t.Context(), id, Deletion{Actor: "ann", Force: true, TrainingData: true})
	if err != nil || !cancelled {
		t.Fatalf("%v, %v", cancelled, err)
	}
	all := f.events(id)
	d, ok := all[len(all)-1].Data.(*events.TaskDeleted)
	if !ok || d.OutputPrefix != "shop/"+id || !d.TrainingData || d.Actor != "ann" || all[len(all)-2].Type() != events.TypeTaskCancelRequested {
		t.Errorf("the events are %v, the last %+v", f.types(id), d)
	}
	for name, command := range map[string]func() error{
		"read":    func() error { _, err := f.tasks.Task(t.Context(), id); return err },
		"delete":  func() error { _, err := f.Delete(t.Context(), id, Deletion{}); return err },
		"cancel":  func() error { _, err := f.Cancel(t.Context(), id, "ann", ""); return err },
		"execute": func() error { _, err := f.Execute(t.Context(), id, Execution{}); return err },
	} {
		if err := command(); !apierr.Is(err, apierr.TaskNotFound) {
			t.Errorf("%s after that: %v", name, err)
		}
	}
}

func TestDeleteOfATaskThatEndedCancelsNothing(t *testing.T) {
	f := newFixture(t)
	id := f.create().TaskID
	f.run(id, ddl)
	if cancelled, err := f.Delete(t.Context(), id, Deletion{Actor: "ann"}); err != nil || cancelled {
		t.Errorf("%v, %v", cancelled, err)
	}
	if slices.Contains(f.types(id), events.TypeTaskCancelRequested) {
		t.Error("it was cancelled")
	}
}
