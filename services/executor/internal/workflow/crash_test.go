package workflow_test

import (
	"context"
	"errors"
	"fmt"
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

// fragile starts an executor that takes one request and crashes when it comes
// by a point: before its first publish, after it, before its second, …
func (d *deployment) fragile(point int) (passed *atomic.Int64) {
	d.Helper()
	passed = new(atomic.Int64)
	var x *executor
	by := func(events.Event) {
		if passed.Add(1) == int64(point) {
			x.crash()
		}
	}
	x = d.prepare(1, func(c *workflow.Config) { c.Broker = hooked{c.Broker, by, by} })
	x.queue = &once{queue: x.queue}
	x.serve(1)
	return passed
}

// crashing starts an executor that crashes before it publishes an event of a
// kind, and says when it has.
func (d *deployment) crashing(at func(events.Event) bool) <-chan struct{} {
	d.Helper()
	crashed := make(chan struct{})
	var x *executor
	once := sync.OnceFunc(func() {
		x.crash()
		close(crashed)
	})
	x = d.prepare(1, hook(func(e events.Event) {
		if at(e) {
			once()
		}
	}))
	x.serve(1)
	return crashed
}

// TestACrashAtAnyPointCostsNothing crashes an executor at every point of a
// task, each with a task of its own, and lets another executor carry on.
func TestACrashAtAnyPointCostsNothing(t *testing.T) {
	t.Parallel()
	counting := deploy(t, 1)
	passed := counting.fragile(-1)
	counting.closed(counting.create())
	points := int(passed.Load()) + 2

	d := deploy(t, points)
	ids := make([]string, points)
	for i := range ids {
		d.fragile(i + 1)
		ids[i] = d.create()
	}
	d.start(points)
	for i, id := range ids {
		task := d.closed(id)
		if task.Status != projection.Completed {
			t.Errorf("task %d is %s: %v", i, task.Status, d.history(id))
			continue
		}
		d.checkFiles(task)
		if got := d.completions(id); len(got) != 4 {
			t.Errorf("task %d completed %v", i, got)
		}
		d.checkLog(id)
	}
}

// completions are the steps that became completed in the task's fold, as often
// as they did.
func (d *deployment) completions(id string) (done []events.Step) {
	d.Helper()
	var task projection.Task
	err := d.control.History(d.Context(), id, 0, func(e events.Event) error {
		before := task
		task = projection.Apply(task, e)
		for name, s := range task.Steps {
			if s.Status == projection.Completed && (before.Steps[name].Status != projection.Completed || before.Steps[name].ExecutionID != s.ExecutionID) {
				done = append(done, name)
			}
		}
		return nil
	})
	if err != nil {
		d.Fatal(err)
	}
	return done
}

// checkLog makes sure that no attempt's log has a gap or a repeat.
func (d *deployment) checkLog(id string) {
	d.Helper()
	next := map[int]uint64{}
	err := d.control.LogHistory(d.Context(), id, 0, func(e events.Event) error {
		batch := e.Data.(*events.Log)
		if batch.FirstLine != next[batch.Attempt] {
			d.Errorf("%s: a batch of attempt %d begins at %d, want %d", id, batch.Attempt, batch.FirstLine, next[batch.Attempt])
		}
		next[batch.Attempt] = batch.FirstLine + uint64(len(batch.Lines))
		return nil
	})
	if err != nil {
		d.Fatal(err)
	}
}

func TestARequestThatAlwaysCrashesItsExecutorIsGivenUp(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	id := d.create()
	for range workflow.MaxTries {
		await(t, d.crashing(func(e events.Event) bool { return e.Type() == events.TypeStepCompleted }))
	}
	d.start(1)
	task := d.closed(id)
	if task.Status != projection.Failed || task.Failure.ErrorType != "attempts_exhausted" || task.Attempt != workflow.MaxTries {
		t.Errorf("%s in attempt %d, %+v", task.Status, task.Attempt, task.Failure)
	}
	if letters := d.messages(events.StreamDeadLetters); len(letters) != 1 || !strings.Contains(letters[0], "attempts_exhausted") {
		t.Errorf("dead letters: %v", letters)
	}
}

// TestAnAttemptThatGetsSomewhereIsNotCounted crashes the executor in every step,
// which is more often than one step may crash it.
func TestAnAttemptThatGetsSomewhereIsNotCounted(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	id := d.create()
	for _, name := range events.Steps() {
		await(t, d.crashing(func(e events.Event) bool {
			c, ok := e.Data.(*events.StepCompleted)
			return ok && c.Step == name
		}))
	}
	d.start(1)
	if task := d.closed(id); task.Status != projection.Completed || task.Attempt != 5 {
		t.Errorf("%s in attempt %d: %v", task.Status, task.Attempt, d.history(id))
	}
}

// TestAStalledExecutorChangesNothing cuts an executor off for longer than its
// lease lasts. What it did meanwhile counts for nothing.
func TestAStalledExecutorChangesNothing(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cable := newWire(t, d.server.URL())
	slow, running, open := gated(events.StepDDL)
	stalled := d.startAt(cable.url(), 1, with(slow))
	id := d.create(single)
	await(t, running)
	cable.set(true)
	open()
	d.start(1, with(writes(events.StepDDL, "by_the_second.ddl")))
	task := d.closed(id)
	cable.set(false)
	stalled.stop()
	if task.Attempt != 2 || task.Status != projection.PartialCompleted {
		t.Errorf("%s in attempt %d", task.Status, task.Attempt)
	}
	if got := d.task(id); got.LastSeq != task.LastSeq {
		t.Errorf("the stalled executor changed the task: %v", d.history(id))
	}
	if ok, err := d.bucket.Exists(t.Context(), id+"/ddl_generation.txt"); ok || err != nil {
		t.Errorf("the stalled executor published files: %v", err)
	}
	d.checkFiles(task)
}

// TestAnExecutorThatComesBackToAFreeLeaseLooksWhoOwnsTheTask lets another one
// begin an attempt, and be gone with its lease, before the stalled one is back.
func TestAnExecutorThatComesBackToAFreeLeaseLooksWhoOwnsTheTask(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	cable := newWire(t, d.server.URL())
	slow, running, open := gated(events.StepDDL)
	stalled := d.prepareAt(cable.url(), 1, with(slow))
	stalled.queue = &once{queue: stalled.queue}
	stalled.serve(1)
	id := d.create(single)
	await(t, running)
	cable.set(true)
	await(t, d.crashing(func(e events.Event) bool { return e.Type() == events.TypeStepCompleted }))
	testkit.Eventually(t, t.Context(), func() bool { return !d.leased(id) })
	open()
	cable.set(false)
	testkit.Eventually(t, t.Context(), stalled.idle)
	if ok, err := d.bucket.Exists(t.Context(), id+"/ddl_generation.txt"); ok || err != nil {
		t.Errorf("the stalled executor published files: %v", err)
	}
	d.start(1)
	if task := d.closed(id); task.Attempt != 3 || task.Status != projection.PartialCompleted {
		t.Errorf("%s in attempt %d: %v", task.Status, task.Attempt, d.history(id))
	}
}

// TestAnOutageWithinAStepIsWaitedOut takes the broker away while a step runs
// and logs more than memory holds. Another executor that has nothing to do
// leaves it the task.
func TestAnOutageWithinAStepIsWaitedOut(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	const lines = 30_000
	running, away := make(chan struct{}), make(chan struct{})
	chatty := step{events.StepDDL, func(_ context.Context, r *steps.Run) (steps.Result, error) {
		close(running)
		<-away
		for i := range lines {
			r.Log.Info(fmt.Sprintf("line %06d %s", i, strings.Repeat("x", 80)))
		}
		return steps.Result{Data: struct{}{}}, r.Out.WriteFile("t.ddl", nil)
	}}
	d.start(1, with(chatty))
	id := d.create(single)
	await(t, running)
	d.start(1, with(chatty), func(c *workflow.Config) { c.LeaseRenewal = 5 * time.Second })
	testkit.Eventually(t, t.Context(), func() bool { return d.consumer().NumWaiting > 0 })
	d.server.Stop()
	close(away)
	time.AfterFunc(2*leaseTTL, d.server.Start)
	task := d.closed(id)
	if task.Status != projection.PartialCompleted || task.Attempt != 1 {
		t.Errorf("%s in attempt %d: %v", task.Status, task.Attempt, d.history(id))
	}
	d.checkLog(id)
	logged := slices.DeleteFunc(d.logged(id), func(l string) bool { return !strings.HasPrefix(l, "line ") })
	if len(logged) != lines || !slices.IsSorted(logged) {
		t.Errorf("%d lines logged, want %d in order", len(logged), lines)
	}
}

func TestAShutdownHandsTheRequestOn(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	first, running := waits(events.StepQA)
	x := d.start(1, with(writes(events.StepDDL, "t.ddl"), first))
	id := d.create(func(r *events.Request) { r.Steps = events.Steps()[:2] })
	await(t, running)
	x.stop()
	if held := d.leased(id); held {
		t.Error("the lease has to run out")
	}
	d.start(1, with(writes(events.StepQA, "q_pair.json")))
	task := d.closed(id)
	if task.Status != projection.PartialCompleted || task.Attempt != 2 {
		t.Errorf("%s in attempt %d: %v", task.Status, task.Attempt, d.history(id))
	}
	if n := len(d.completions(id)); n != 2 {
		t.Errorf("%d steps completed, want each once", n)
	}
}

// leased says whether an executor has the task's lease.
func (d *deployment) leased(id string) bool {
	d.Helper()
	kv, err := d.control.JS().KeyValue(d.Context(), events.BucketLeases)
	if err != nil {
		d.Fatal(err)
	}
	_, err = kv.Get(d.Context(), id)
	if err != nil && !errors.Is(err, jetstream.ErrKeyNotFound) {
		d.Fatal(err)
	}
	return err == nil
}

func TestARequestWithoutItsTaskIsKeptAsADeadLetter(t *testing.T) {
	t.Parallel()
	d := deploy(t, 1)
	d.say(&events.TaskExecutionRequested{TaskID: "task_20250701_235959", Request: request()})
	d.start(1)
	id := d.create(single)
	d.closed(id)
	if letters := d.messages(events.StreamDeadLetters); len(letters) != 1 {
		t.Errorf("dead letters: %v", letters)
	}
}

// TestALongStepKeepsItsRequest lets a step take longer than a lease and a
// delivery last, while another executor has nothing to do.
func TestALongStepKeepsItsRequest(t *testing.T) {
	t.Parallel()
	d := deploy(t, 2)
	slow, running, open := gated(events.StepDDL)
	for range 2 {
		d.start(2, with(slow))
	}
	id := d.create(single)
	await(t, running)
	select {
	case <-running:
		t.Error("the request was carried out twice")
	case <-time.After(3 * leaseTTL):
	}
	if n := d.consumer().NumRedelivered; n > 0 {
		t.Errorf("%d requests were delivered again", n)
	}
	open()
	if task := d.closed(id); task.Attempt != 1 || task.Status != projection.PartialCompleted {
		t.Errorf("%s in attempt %d", task.Status, task.Attempt)
	}
}
