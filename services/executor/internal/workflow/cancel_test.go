package workflow_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/workflow"
)

// idle waits until the executors' consumer has neither work nor open
// deliveries.
func (d *deployment) idle() {
	d.Helper()
	testkit.Eventually(d.T, d.Context(), func() bool {
		info := d.consumer()
		return info.NumPending == 0 && info.NumAckPending == 0
	})
}

func (d *deployment) consumer() *jetstream.ConsumerInfo {
	d.Helper()
	c, err := d.control.JS().Consumer(d.Context(), events.StreamPipeline, events.ConsumerExecutor)
	if err != nil {
		d.Fatal(err)
	}
	return c.CachedInfo()
}

func TestACancellationBeforeTheStartIsEnough(t *testing.T) {
	d := deploy(t, 1)
	id := d.create()
	d.cancel(id)
	d.start(1)
	d.idle()
	if got, want := d.history(id), []string{"task.created", "task.cancel_requested"}; !slices.Equal(got, want) {
		t.Errorf("history: %v", got)
	}
	if s := d.task(id).Status; s != projection.Cancelled {
		t.Errorf("the task is %s", s)
	}
}

func TestACancellationStopsTheStep(t *testing.T) {
	stubborn := make(chan struct{})
	t.Cleanup(func() { close(stubborn) })
	for name, behave := range map[string]func(context.Context) error{
		"a step that stops":         func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		"a step that does not stop": func(context.Context) error { <-stubborn; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			running := make(chan struct{})
			d.start(1, with(step{events.StepDDL, func(ctx context.Context, r *steps.Run) (steps.Result, error) {
				if err := r.Out.WriteFile("unfinished.ddl", nil); err != nil {
					return steps.Result{}, err
				}
				close(running)
				return steps.Result{Data: struct{}{}}, behave(ctx)
			}}))
			id := d.create()
			await(t, running)
			began := time.Now()
			d.cancel(id)
			task := d.closed(id)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			if task.Status != projection.Cancelled || task.Steps[events.StepDDL].Status != projection.Cancelled {
				t.Errorf("the task is %s, the step %s", task.Status, task.Steps[events.StepDDL].Status)
			}
			if ok, err := d.bucket.Exists(t.Context(), id+"/unfinished.ddl"); ok || err != nil {
				t.Errorf("the step left files: %v", err)
			}
			if result := d.file(id, "task_result.json"); !strings.Contains(result, `"success": false`) {
				t.Errorf("task_result.json: %s", result)
			}
			d.idle()
		})
	}
}

// TestACancellationDoesNotOvertakeAResult lets one arrive between the last step
// and the verdict, which had already been decided.
func TestACancellationDoesNotOvertakeAResult(t *testing.T) {
	d := deploy(t, 1)
	id := d.create(single)
	cancel := sync.OnceFunc(func() { d.cancel(id) })
	d.start(1, hook(func(e events.Event) {
		if e.Type() == events.TypeTaskPartialCompleted {
			cancel()
		}
	}))
	if task := d.closed(id); task.Status != projection.PartialCompleted || !task.CancelRequested {
		t.Errorf("%s: %v", task.Status, d.history(id))
	}
}

// TestACancellationOvertakesWhatIsNotDone lets one arrive between two steps.
func TestACancellationOvertakesWhatIsNotDone(t *testing.T) {
	d := deploy(t, 1)
	id := d.create()
	d.start(1, hook(func(e events.Event) {
		if c, ok := e.Data.(*events.StepCompleted); ok && c.Step == events.StepQA {
			d.cancel(id)
		}
	}))
	task := d.closed(id)
	if task.Status != projection.Cancelled || task.Steps[events.StepQA].Status != projection.Completed {
		t.Errorf("%s: %v", task.Status, d.history(id))
	}
	d.checkFiles(task)
}

func TestACancellationAfterTheEndChangesNothing(t *testing.T) {
	d := deploy(t, 1)
	d.start(1)
	id := d.create()
	want := d.closed(id)
	d.cancel(id)
	d.idle()
	if got := d.task(id); got.LastSeq != want.LastSeq || got.Status != projection.Completed {
		t.Errorf("%s: %v", got.Status, d.history(id))
	}
}

func TestACancellationOfAnInterruptedTaskIsCarriedOut(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	id := d.create()
	slow, running := waits(events.StepDDL)
	x := d.start(1, with(slow))
	await(t, running)
	x.crash()
	d.cancel(id)
	d.start(1)
	if task := d.closed(id); task.Status != projection.Cancelled {
		t.Errorf("%s: %v", task.Status, d.history(id))
	}
}

func TestADeletionStopsTheRunAndRemovesItsFiles(t *testing.T) {
	d := deploy(t, 1)
	slow, running := waits(events.StepQA)
	x := d.start(1, with(writes(events.StepDDL, "t.ddl"), slow))
	id, other := d.create(), d.create()
	await(t, running)
	d.say(&events.TaskDeleted{TaskID: id, Actor: "test", OutputPrefix: id})
	await(t, running) // of the other task
	x.stop()
	want := []string{"task.created", "task.started", "step.started ddl_generation", "step.completed ddl_generation",
		"step.started qa_generation", "task.deleted"}
	if got := d.history(id); !slices.Equal(got, want) {
		t.Errorf("history: %v", got)
	}
	if ok, err := d.bucket.Exists(t.Context(), id+"/t.ddl"); ok || err != nil {
		t.Errorf("files of the deleted task stay: %v", err)
	}
	if ok, err := d.bucket.Exists(t.Context(), other+"/t.ddl"); !ok || err != nil {
		t.Errorf("files of the other task are gone: %v", err)
	}
}

func TestAVerdictOfTheSystemEndsTheRun(t *testing.T) {
	d := deploy(t, 1)
	slow, running := waits(events.StepDDL)
	d.start(1, with(slow))
	id := d.create(single)
	await(t, running)
	task := d.task(id)
	run := events.Run{TaskID: id, Request: task.RequestSeq, Attempt: task.Attempt}
	d.say(&events.TaskFailed{
		Closing: events.Closing{Run: run, Actor: events.ActorSystem},
		Failure: events.Failure{ErrorType: "zombie", ErrorClass: events.ClassPlatform, Message: "gone"},
	})
	d.idle()
	if got := d.history(id); got[len(got)-1] != "task.failed" || d.task(id).Failure.ErrorType != "zombie" {
		t.Errorf("history: %v", got)
	}
}

// TestTheClusterNeverRunsMoreThanItsLimit posts twenty tasks to two executors,
// each of which has room for all that may run.
func TestTheClusterNeverRunsMoreThanItsLimit(t *testing.T) {
	const limit, tasks = 4, 20
	d := deploy(t, limit)
	var running, most atomic.Int32
	counted := step{events.StepDDL, func(ctx context.Context, r *steps.Run) (steps.Result, error) {
		for now, seen := running.Add(1), most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		defer running.Add(-1)
		select {
		case <-time.After(20 * time.Millisecond): // long enough to overlap
		case <-ctx.Done():
		}
		return writes(events.StepDDL, "t.ddl").run(ctx, r)
	}}
	for range 2 {
		d.start(limit, with(counted))
	}
	ids := make([]string, tasks)
	for i := range ids {
		ids[i] = d.create(single)
	}
	for _, id := range ids {
		if task := d.closed(id); task.Status != projection.PartialCompleted || task.Attempt != 1 {
			t.Errorf("%s in attempt %d", task.Status, task.Attempt)
		}
	}
	if n := most.Load(); n > limit || n < 2 {
		t.Errorf("%d tasks at once, limit %d", n, limit)
	}
}

func TestARunOfItsOwn(t *testing.T) {
	self := func(r *events.Request) { r.Runner = events.RunnerSelf }
	t.Run("is left alone by the pool and carried out by whoever asked", func(t *testing.T) {
		d := deploy(t, 1)
		d.start(1)
		id := d.create(self)
		d.idle()
		if got := d.history(id); !slices.Equal(got, []string{"task.created"}) {
			t.Fatalf("history: %v", got)
		}
		b := d.connect(d.server.URL(), 1)
		if err := workflow.New(d.config(b)).RunOne(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if got := d.history(id); !slices.Equal(got, whole) {
			t.Errorf("history: %v", got)
		}
	})
	t.Run("is cancelled when its program is stopped", func(t *testing.T) {
		d := deploy(t, 1)
		id := d.create(self)
		slow, running := waits(events.StepDDL)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-running
			cancel()
		}()
		if err := workflow.New(d.config(d.connect(d.server.URL(), 1), with(slow))).RunOne(ctx, id); err != nil {
			t.Fatal(err)
		}
		if s := d.task(id).Status; s != projection.Cancelled {
			t.Errorf("%s: %v", s, d.history(id))
		}
	})
	t.Run("works on the folder as it is", func(t *testing.T) {
		d := deploy(t, 1)
		id := d.create(self, func(r *events.Request) {
			r.ExecutionMode, r.Steps = events.ModeSingle, []events.Step{events.StepValidation}
		})
		if err := d.bucket.WriteAll(t.Context(), id+"/by_hand_pair.json", []byte("good pair, bad pair"), nil); err != nil {
			t.Fatal(err)
		}
		if err := workflow.New(d.config(d.connect(d.server.URL(), 1))).RunOne(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if task := d.task(id); task.Status != projection.PartialCompleted {
			t.Errorf("%s, %+v", task.Status, task.Failure)
		}
		if got := d.file(id, "by_hand_pair.json"); got != "good pair" {
			t.Errorf("the file is %q", got)
		}
	})
	t.Run("is refused where there is none", func(t *testing.T) {
		d := deploy(t, 1)
		id := d.create()
		err := workflow.New(d.config(d.connect(d.server.URL(), 1))).RunOne(t.Context(), id)
		if !errors.Is(err, workflow.ErrNoRequest) {
			t.Error(err)
		}
	})
}
