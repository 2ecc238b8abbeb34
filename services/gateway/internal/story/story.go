// Package story publishes for tests what the services would publish about a
// task. It is never part of a binary.
package story

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// Sealed is what stands for a sealed connection string; no answer may hold it.
const Sealed = "c2VhbGVkLWNpcGhlcnRleHQ="

// Task is a task whose events a test publishes.
type Task struct {
	tb     testing.TB
	broker *broker.Broker
	ID     string
	// Start is when it was created; later events follow by the second.
	Start   time.Time
	Request uint64
	Attempt int

	clock time.Time
	lines uint64
	logs  uint64 // sequence of the last log event
}

// New names a task, created at start; nothing is published yet.
func New(tb testing.TB, b *broker.Broker, start time.Time) *Task {
	return &Task{tb: tb, broker: b, ID: events.NewTaskID("task", start, ""), Start: start, clock: start}
}

// Publish writes an event and returns its sequence.
func (t *Task) Publish(d events.Data) uint64 {
	t.tb.Helper()
	e := events.New("test", d)
	t.clock = t.clock.Add(time.Second)
	e.Time = t.clock
	seq, err := t.broker.Publish(t.tb.Context(), e)
	if err != nil {
		t.tb.Fatal(err)
	}
	return seq
}

// Create publishes task.created; changes are made to it first.
func (t *Task) Create(changes ...func(*events.TaskCreated)) *Task {
	t.tb.Helper()
	d := &events.TaskCreated{
		TaskID: t.ID, TaskType: events.TaskTypeComplete, CreatedAt: t.Start, CreatedBy: "ann",
		Parameters: json.RawMessage(`{"db_connection":"postgres://reader:***@db/shop","business_context":"网店 orders"}`),
		Request:    t.order(),
	}
	for _, change := range changes {
		change(d)
	}
	t.Request = t.Publish(d)
	return t
}

// order is a request for all steps.
func (t *Task) order() events.Request {
	return events.Request{
		ExecutionMode: events.ModeComplete, Steps: events.Steps(),
		Connection: events.Connection{Sealed: Sealed, Masked: "postgres://reader:***@db/shop"},
		Tables:     []string{"public.orders"}, BusinessContext: "网店 orders", DBName: "shop",
		Language: events.English, Options: events.DefaultOptions(),
		OutputDirectory: "data_pipeline/training_data/" + t.ID, OutputPrefix: t.ID,
		UTCOffsetSeconds: 8 * 3600, Runner: events.RunnerPool, Actor: "ann",
	}
}

// Execute publishes task.execution_requested for all steps over a connection.
func (t *Task) Execute(c events.Connection) *Task {
	t.tb.Helper()
	r := t.order()
	r.Connection = c
	t.Request, t.Attempt = t.Publish(&events.TaskExecutionRequested{TaskID: t.ID, Request: r}), 0
	return t
}

// Run is the attempt at hand.
func (t *Task) Run() events.Run {
	return events.Run{TaskID: t.ID, Request: t.Request, Attempt: t.Attempt}
}

// Begin publishes task.started of the next attempt.
func (t *Task) Begin() *Task {
	t.tb.Helper()
	t.Attempt++
	t.Publish(&events.TaskStarted{Run: t.Run(), Executor: "executor-1"})
	return t
}

// StartStep publishes step.started and returns the execution.
func (t *Task) StartStep(s events.Step) events.Execution {
	t.tb.Helper()
	at := t.clock.Add(time.Second)
	x := events.Execution{Run: t.Run(), Step: s, ExecutionID: events.ExecutionID(t.ID, string(s), at), StartedAt: at}
	t.Publish(&events.StepStarted{Execution: x})
	return x
}

// Step publishes the start, a progress and the end of a step that did its work.
func (t *Task) Step(s events.Step) *Task {
	t.tb.Helper()
	x := t.StartStep(s)
	t.Publish(&events.StepProgressed{Execution: x, Progress: 50, Done: 1, Total: 2})
	t.Publish(&events.StepCompleted{
		Execution: x, CompletedAt: x.StartedAt.Add(4 * time.Second), DurationSeconds: 4,
		Result: json.RawMessage(`{"total_tables":1}`), Manifest: []events.File{}, Warnings: 1,
	})
	return t
}

// Log publishes a batch of lines of one level and returns its sequence in
// PIPELINE_LOGS.
func (t *Task) Log(l events.Level, messages ...string) uint64 {
	t.tb.Helper()
	d := &events.Log{TaskID: t.ID, Request: t.Request, Attempt: max(t.Attempt, 1), FirstLine: t.lines}
	for _, m := range messages {
		d.Lines = append(d.Lines, events.Line{Time: t.clock, Level: l, Message: m, Step: events.StepDDL, Module: "ddl"})
	}
	t.lines += uint64(len(messages))
	t.logs = t.Publish(d)
	return t.logs
}

// Closing is what ends the attempt at hand.
func (t *Task) Closing() events.Closing {
	return events.Closing{Run: t.Run(), Result: json.RawMessage(`{"success":true}`), LogSequence: t.logs}
}

// Complete publishes task.completed.
func (t *Task) Complete() *Task {
	t.tb.Helper()
	t.Publish(&events.TaskCompleted{Closing: t.Closing()})
	return t
}

// Register publishes output.registered of a file.
func (t *Task) Register(name string, size int64, sha256 string) *Task {
	t.tb.Helper()
	t.Publish(&events.OutputRegistered{
		TaskID: t.ID, Request: t.Request, File: events.File{Name: name, Size: size, SHA256: sha256},
		Path: t.ID + "/" + name, FileType: fileType(name), ModifiedAt: t.clock,
		IsPrimary: strings.HasSuffix(name, "_pair.json"), IsDownloadable: true,
	})
	return t
}

func fileType(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i+1:]
	}
	return events.FileOther
}

// Delete publishes task.deleted.
func (t *Task) Delete() {
	t.tb.Helper()
	t.Publish(&events.TaskDeleted{TaskID: t.ID, Actor: "ann", OutputPrefix: t.ID})
}
