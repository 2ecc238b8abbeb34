package projection_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// TestExecutions follows a task that one executor begins, a second takes over
// and finishes, and shows the rows that come of it.
func TestExecutions(t *testing.T) {
	run := func(attempt int) events.Run { return events.Run{TaskID: taskID, Request: 1, Attempt: attempt} }
	first := events.Execution{Run: run(1), Step: events.StepDDL, StartedAt: begin, ExecutionID: "first"}
	second := events.Execution{Run: run(2), Step: events.StepDDL, StartedAt: begin.Add(time.Minute), ExecutionID: "second"}
	one := request([]events.Step{events.StepDDL}, nil)
	list := []events.Data{
		&events.TaskCreated{TaskID: taskID, TaskType: events.TaskTypeComplete, CreatedAt: begin, CreatedBy: "api", Parameters: json.RawMessage(`{}`), Request: one},
		&events.TaskStarted{Run: run(1), Executor: "a"},
		&events.StepStarted{Execution: first},
		&events.TaskStarted{Run: run(2), Executor: "b"},
		&events.StepStarted{Execution: second},
		&events.StepCompleted{Execution: first, CompletedAt: begin.Add(2 * time.Minute), Result: json.RawMessage(`{}`)}, // late
		&events.StepCompleted{Execution: second, CompletedAt: begin.Add(2 * time.Minute), DurationSeconds: 60, Result: json.RawMessage(`{}`)},
		&events.TaskPartialCompleted{Closing: events.Closing{Run: run(2)}},
	}
	rows, task := map[string]projection.Execution{}, projection.Task{}
	for i, d := range list {
		e := at(uint64(i+1), d)
		next := projection.Apply(task, e)
		for _, x := range projection.Executions(task, next, e) {
			rows[x.ID] = x
		}
		task = next
	}
	want := map[string]projection.Status{"first": projection.Failed, "second": projection.Completed,
		taskID + "_step_complete_exec_20250701_063053_000": projection.PartialCompleted}
	if len(rows) != len(want) {
		t.Fatalf("%d executions, want %d: %v", len(rows), len(want), rows)
	}
	for id, status := range want {
		if rows[id].Status != status || rows[id].CompletedAt == nil {
			t.Errorf("%s: %+v, want %s and ended", id, rows[id], status)
		}
	}
	if f := rows["first"].Failure; f == nil || f.ErrorType != "attempt_superseded" {
		t.Errorf("the first attempt's execution ended with %+v", f)
	}
	if task.Status != projection.PartialCompleted || task.Progress() != 40 {
		t.Errorf("the task is %s at %d %%", task.Status, task.Progress())
	}
}

func TestACancelBeforeTheStartCancelsAtOnce(t *testing.T) {
	task := fold(projection.Task{}, at(1, created()), at(2, &events.TaskCancelRequested{TaskID: taskID, Request: 1}))
	if task.Status != projection.Cancelled || !task.RequestClosed || task.CompletedAt == nil {
		t.Errorf("the task is %s", task.Status)
	}
	late := projection.Apply(task, at(3, &events.TaskStarted{Run: events.Run{TaskID: taskID, Request: 1, Attempt: 1}, Executor: "a"}))
	if late.Status != projection.Cancelled {
		t.Errorf("a late start made it %s", late.Status)
	}
}

func TestTheSealedConnectionIsNoPartOfTheState(t *testing.T) {
	task := fold(projection.Task{}, at(1, created()))
	if task.Request.Connection.Sealed != "" {
		t.Error("the projection keeps the ciphertext")
	}
}
