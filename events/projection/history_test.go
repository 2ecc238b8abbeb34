package projection_test

import (
	"encoding/json"
	"time"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

const taskID = "task_20250701_143052"

var begin = time.Date(2025, 7, 1, 6, 30, 52, 0, time.UTC)

// history draws any stream of events of one task: sensible runs, and among them
// late, repeated and contradictory events, as crashes and races make them.
func history(t *rapid.T) []events.Event {
	n := rapid.IntRange(0, 40).Draw(t, "events")
	list := []events.Event{at(1, created())}
	for seq := uint64(2); seq < uint64(n)+2; seq++ {
		list = append(list, at(seq, anyData(t)))
	}
	return list
}

func at(seq uint64, d events.Data) events.Event {
	when := begin.Add(time.Duration(seq) * time.Second)
	return events.Event{ID: "x", Source: "/datapipeline/test", Time: when, Recorded: when, Sequence: seq, Stream: events.StreamPipeline, Data: d}
}

func created() events.Data {
	return &events.TaskCreated{TaskID: taskID, TaskType: events.TaskTypeComplete, CreatedAt: begin, CreatedBy: "api",
		Parameters: json.RawMessage(`{}`), Request: request(events.Steps(), nil)}
}

func request(run, skipped []events.Step) events.Request {
	return events.Request{ExecutionMode: events.ModeComplete, Steps: run, SkippedSteps: skipped, DBName: "highway",
		Connection: events.Connection{Sealed: "secret"}, Language: events.Chinese, Options: events.DefaultOptions(), Runner: events.RunnerPool}
}

// anyData draws small numbers, so that requests and attempts often fit.
func anyData(t *rapid.T) events.Data {
	r := events.Run{TaskID: taskID, Request: rapid.SampledFrom([]uint64{1, 1, 1, 5, 10, 20}).Draw(t, "request"),
		Attempt: rapid.IntRange(1, 3).Draw(t, "attempt")}
	step := rapid.SampledFrom(events.Steps()).Draw(t, "step")
	x := events.Execution{Run: r, Step: step, StartedAt: begin,
		ExecutionID: events.ExecutionID(taskID, string(step), begin.Add(time.Duration(r.Attempt)*time.Millisecond))}
	failure := events.Failure{ErrorType: "x", ErrorClass: events.ClassUser, Message: "x"}
	closing := events.Closing{Run: r, LogSequence: 7}
	return rapid.SampledFrom([]events.Data{
		&events.TaskExecutionRequested{TaskID: taskID, Request: request([]events.Step{step}, nil)},
		&events.TaskCancelRequested{TaskID: taskID, Request: r.Request},
		&events.TaskStarted{Run: r, Executor: "a"}, &events.TaskStarted{Run: r, Executor: "b"},
		&events.StepStarted{Execution: x}, &events.StepStarted{Execution: x},
		&events.StepProgressed{Execution: x, Progress: rapid.IntRange(0, 100).Draw(t, "progress"), Done: 1, Total: 2},
		&events.StepCompleted{Execution: x, CompletedAt: begin.Add(time.Minute), DurationSeconds: 60, Result: json.RawMessage(`{"n":1}`), Warnings: 1},
		&events.StepFailed{Execution: x, CompletedAt: begin.Add(time.Minute), DurationSeconds: 60, Failure: failure},
		&events.StepSkipped{Run: r, Step: step, Reason: events.SkipRequested},
		&events.TaskCompleted{Closing: closing}, &events.TaskFailed{Closing: closing, Failure: failure},
		&events.TaskPartialCompleted{Closing: closing}, &events.TaskCancelled{Closing: closing},
		&events.OutputScanned{TaskID: taskID, Request: r.Request, Files: 1},
		&events.TaskDeleted{TaskID: taskID},
	}).Draw(t, "data")
}

func fold(t projection.Task, list ...events.Event) projection.Task {
	for _, e := range list {
		t = projection.Apply(t, e)
	}
	return t
}

// show is a task as text, for comparison.
func show(t projection.Task) string {
	b, err := json.Marshal(t)
	if err != nil {
		panic(err)
	}
	return string(b)
}
