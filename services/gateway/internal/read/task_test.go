package read_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/read"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

const hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

// state is everything that is read of one task.
type state struct {
	Task       projection.Task
	Files      projection.Outputs
	Executions []projection.Execution
}

func (b *bundle) state(t *testing.T, r *read.Reader, id string) state {
	t.Helper()
	var s state
	var err error
	if s.Task, s.Files, err = r.Files(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if s.Executions, err = r.Executions(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	task, err := r.Task(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if alone, with := (state{Task: task}).text(t), (state{Task: s.Task}).text(t); alone != with {
		t.Fatalf("read alone the task is\n%s\nwith its files\n%s", alone, with)
	}
	return s
}

// text is the JSON of a state at the precision of the database, with what only
// one of its sources knows left out.
func (s state) text(t *testing.T) string {
	t.Helper()
	if len(s.Files) == 0 {
		s.Files = nil
	}
	for name, f := range s.Files {
		f.Request, f.ModifiedAt = 0, f.ModifiedAt.UTC().Truncate(time.Microsecond)
		s.Files[name] = f
	}
	for i, x := range s.Executions {
		x.StartedAt = x.StartedAt.UTC().Truncate(time.Microsecond)
		if x.CompletedAt != nil {
			at := x.CompletedAt.UTC().Truncate(time.Microsecond)
			x.CompletedAt = &at
		}
		x.Result = json.RawMessage(strings.ReplaceAll(string(x.Result), " ", ""))
		if len(x.Result) == 0 {
			x.Result = nil
		}
		s.Executions[i] = x
	}
	s.Task.Parameters = nil // their keys come in another order
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tell publishes a task's life, with a pause after each chapter.
func tell(t *story.Task, pause func(chapter int)) {
	t.Create()
	pause(0)
	t.Begin().Step(events.StepDDL)
	t.Log(events.LevelInfo, "one", "two")
	pause(1)
	t.Register("orders.ddl", 4, hash).Register("qs_shop_pair.json", 9, hash)
	t.Step(events.StepQA)
	pause(2)
	t.Publish(&events.OutputRemoved{TaskID: t.ID, Request: t.Request, Name: "orders.ddl"})
	t.StartStep(events.StepValidation)
	pause(3)
	t.Begin().Step(events.StepValidation).Step(events.StepLoad).Complete()
	t.Publish(&events.OutputScanned{TaskID: t.ID, Request: t.Request, Files: 1, Bytes: 9})
	pause(4)
}

// However far the recorder came before it stopped, the reader says the same.
func TestOneTaskIsCurrentHoweverFarTheRecorderIs(t *testing.T) {
	b := setup(t)
	alone := read.New(nil, b.Broker, b.hub, testkit.Log(t)) // knows the stream only
	for stopAfter := range 5 {
		task := story.New(t, b.Broker, start.Add(time.Duration(stopAfter)*time.Minute))
		stop := b.Record()
		tell(task, func(chapter int) {
			if chapter == stopAfter {
				b.Recorded()
				stop()
			}
			want, got := b.state(t, alone, task.ID).text(t), b.state(t, b.reader, task.ID).text(t)
			if got != want {
				t.Fatalf("recorded up to chapter %d, in chapter %d the reader says\n%s\nthe stream\n%s", stopAfter, chapter, got, want)
			}
		})
	}
}

func TestTaskIsThereRightAfterItsCreation(t *testing.T) {
	b := setup(t) // nobody records
	for i := range 50 {
		task := story.New(t, b.Broker, start.Add(time.Duration(i)*time.Second)).Create()
		got, err := b.reader.Task(t.Context(), task.ID)
		if err != nil || got.ID != task.ID || got.Status != projection.Pending {
			t.Fatalf("task %d: %+v, %v", i, got, err)
		}
	}
}

func TestDeletedTaskIsGoneAtOnce(t *testing.T) {
	b := setup(t)
	b.Record()
	task := story.New(t, b.Broker, start).Create().Begin().Step(events.StepDDL)
	b.Recorded()
	task.Delete()
	for range 2 { // before it is recorded, most likely, and after
		if _, err := b.reader.Task(t.Context(), task.ID); !apierr.Is(err, apierr.TaskNotFound) {
			t.Errorf("%v, want task_not_found", err)
		}
		b.Recorded()
	}
	if _, err := b.reader.Executions(t.Context(), task.ID); !apierr.Is(err, apierr.TaskNotFound) {
		t.Errorf("executions: %v", err)
	}
	if _, _, err := b.reader.Files(t.Context(), task.ID); !apierr.Is(err, apierr.TaskNotFound) {
		t.Errorf("files: %v", err)
	}
}

func TestUnknownTaskIsNotFound(t *testing.T) {
	b := setup(t)
	if _, err := b.reader.Task(t.Context(), "task_20250701_000000"); !apierr.Is(err, apierr.TaskNotFound) {
		t.Errorf("%v, want task_not_found", err)
	}
}

func TestCiphertextIsNeverPartOfATask(t *testing.T) {
	b := setup(t)
	task := story.New(t, b.Broker, start).Create()
	got, err := b.reader.Task(t.Context(), task.ID)
	if err != nil || got.Request.Connection.Sealed != "" {
		t.Errorf("%+v, %v", got.Request.Connection, err)
	}
}

func TestQueuePositionCountsOpenRequestsBefore(t *testing.T) {
	b := setup(t)
	b.Record()
	var last *story.Task
	for i := range 4 {
		last = story.New(t, b.Broker, start.Add(time.Duration(i)*time.Second)).Create(func(d *events.TaskCreated) {
			if i == 1 {
				d.Request.Runner = events.RunnerSelf // waits for nobody
			}
		})
		if i == 0 {
			last.Begin()
		}
	}
	b.Recorded()
	task, err := b.reader.Task(t.Context(), last.ID)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := b.reader.QueuePosition(t.Context(), task); err != nil || n != 1 {
		t.Errorf("%d before it, %v; want 1", n, err)
	}
}
