package projection_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

func TestFoldingIsDeterministicAndPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := history(t)
		var task projection.Task
		for _, e := range list {
			before := show(task)
			next := projection.Apply(task, e)
			if show(task) != before {
				t.Fatalf("%s changed the task it was folded into", e.Type())
			}
			if again := projection.Apply(task, e); show(again) != show(next) {
				t.Fatalf("%s folds to %s and to %s", e.Type(), show(next), show(again))
			}
			task = next
		}
	})
}

func TestARepeatedEventChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := history(t)
		task := fold(projection.Task{}, list...)
		i := rapid.IntRange(0, len(list)-1).Draw(t, "repeated")
		upTo := fold(projection.Task{}, list[:i+1]...)
		if twice := projection.Apply(upTo, list[i]); show(twice) != show(upTo) {
			t.Fatalf("a second %s made\n%s of\n%s", list[i].Type(), show(twice), show(upTo))
		}
		if late := projection.Apply(task, list[i]); list[i].Sequence <= task.LastSeq && show(late) != show(task) {
			t.Fatalf("a late %s made\n%s of\n%s", list[i].Type(), show(late), show(task))
		}
	})
}

func TestFoldingOnFromAStoredStateEqualsFoldingFromTheStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := history(t)
		cut := rapid.IntRange(0, len(list)).Draw(t, "cut")
		var stored projection.Task
		if err := json.Unmarshal([]byte(show(fold(projection.Task{}, list[:cut]...))), &stored); err != nil {
			t.Fatal(err)
		}
		whole, resumed := fold(projection.Task{}, list...), fold(stored, list[cut:]...)
		if show(whole) != show(resumed) {
			t.Fatalf("from the start\n%s\nfrom the store\n%s", show(whole), show(resumed))
		}
	})
}

func TestAClosedRequestNeverReopens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var task projection.Task
		for _, e := range history(t) {
			next := projection.Apply(task, e)
			if task.RequestClosed && !next.RequestClosed && next.RequestSeq == task.RequestSeq {
				t.Fatalf("%s reopened request %d", e.Type(), task.RequestSeq)
			}
			if task.RequestClosed && next.RequestSeq == task.RequestSeq && next.Status != task.Status {
				t.Fatalf("%s made a %s task %s", e.Type(), task.Status, next.Status)
			}
			task = next
		}
	})
}

func TestASupersededAttemptChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		task := fold(projection.Task{}, history(t)...)
		e := at(1000, anyData(t))
		run, ok := runOf(e.Data)
		if !ok || run.Request == task.RequestSeq && run.Attempt >= task.Attempt {
			return
		}
		if next := projection.Apply(task, e); show(next) != show(task) {
			t.Fatalf("%s of request %d, attempt %d made\n%s of\n%s", e.Type(), run.Request, run.Attempt, show(next), show(task))
		}
	})
}

// runOf is the run that an event of an attempt belongs to.
func runOf(d events.Data) (events.Run, bool) {
	var r struct{ events.Run }
	b, err := json.Marshal(d)
	if err != nil || json.Unmarshal(b, &r) != nil {
		return events.Run{}, false
	}
	return r.Run, r.Attempt > 0
}

func TestProgressStaysWithinBoundsAndRunningStepsHaveAnOpenRequest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var task projection.Task
		for _, e := range history(t) {
			task = projection.Apply(task, e)
			if p := task.Progress(); p < 0 || p > 100 {
				t.Fatalf("progress %d after %s", p, e.Type())
			}
			for name, s := range task.Steps {
				if s.Status == projection.Running && (task.RequestClosed || task.Status != projection.InProgress) {
					t.Fatalf("%s runs in a task that is %s after %s", name, task.Status, e.Type())
				}
			}
		}
	})
}

func TestStepEventsOfAnAttemptMayComeInAnyOrder(t *testing.T) {
	x := events.Execution{Run: events.Run{TaskID: taskID, Request: 1, Attempt: 1}, Step: events.StepDDL, StartedAt: begin, ExecutionID: "x1"}
	started := &events.StepStarted{Execution: x}
	progressed := &events.StepProgressed{Execution: x, Progress: 50, Done: 1, Total: 2}
	completed := &events.StepCompleted{Execution: x, CompletedAt: begin.Add(time.Second), DurationSeconds: 1, Result: json.RawMessage(`{}`)}
	task := fold(projection.Task{}, at(1, created()), at(2, &events.TaskStarted{Run: x.Run, Executor: "a"}))
	for _, order := range [][]events.Data{
		{started, progressed, completed}, {completed, started, progressed}, {progressed, completed, started}, {progressed, started, completed},
	} {
		got := task
		for i, d := range order {
			got = projection.Apply(got, at(uint64(3+i), d))
		}
		if s := got.Steps[events.StepDDL]; s.Status != projection.Completed || s.Progress != 100 || !s.StartedAt.Equal(begin) {
			t.Errorf("%v", s)
		}
		if got.Progress() != 40 {
			t.Errorf("the task's progress is %d, want 40", got.Progress())
		}
	}
}
