package recorder

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/recorder/internal/store"
)

// started publishes a task that an executor began some time ago.
func (b *bundle) started(t *testing.T, task string, ago time.Duration) events.Run {
	t.Helper()
	run := events.Run{TaskID: task, Request: b.create(t, task), Attempt: 1}
	begun := events.New("test", &events.TaskStarted{Run: run, Executor: "x"})
	begun.Time = time.Now().Add(-ago)
	if _, err := b.broker.Publish(t.Context(), begun); err != nil {
		t.Fatal(err)
	}
	return run
}

func TestATaskThatRunsTooLongIsFailed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run := b.started(t, taskID, 3*time.Hour)
	b.publish(t, &events.StepStarted{Execution: events.Execution{Run: run, Step: events.StepQA, ExecutionID: "x", StartedAt: time.Now()}})
	b.started(t, tasks(1)[0], time.Hour)
	last := b.publish(t, logged(run, 0, "the last line"))
	r := b.start(t, b.config())
	b.recorded(t)
	b.judged(t, r, taskID)
	task := b.task(t, taskID)
	if task.Status != projection.Failed || task.Failure.ErrorType != errorTaskTimeout || task.LogSequence != last || task.Failure.Step != events.StepQA {
		t.Errorf("task %+v, failure %+v", task, task.Failure)
	}
	for _, part := range []string{"DP_TASK_TIMEOUT", "step.started", "3h0m", "2h0m"} {
		if !strings.Contains(task.Failure.Message, part) {
			t.Errorf("the message does not name %s: %s", part, task.Failure.Message)
		}
	}
	if other := b.task(t, tasks(1)[0]); other.Status != projection.InProgress {
		t.Errorf("a task within its time is %s", other.Status)
	}
}

func TestAVerdictGoesByTheStreamNotByTheRow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	release := b.judgeElsewhere(t)
	defer release()
	run := b.started(t, taskID, 3*time.Hour)
	r := b.start(t, b.config())
	b.recorded(t)
	stale := b.task(t, taskID)
	b.publish(t, &events.TaskCompleted{Closing: events.Closing{Run: run}})
	if err := r.failIfOverdue(t.Context(), stale); err != nil {
		t.Fatal(err)
	}
	if err := r.deleteIfIdle(t.Context(), stale); err != nil {
		t.Fatal(err)
	}
	if task := b.task(t, taskID); task.Status != projection.Completed {
		t.Errorf("the task is %s, want completed", task.Status)
	}
}

func TestATaskThatNothingHappensToIsDeleted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.start(t, b.config())
	b.create(t, taskID)
	b.create(t, tasks(2)[0])
	b.create(t, tasks(2)[1])
	b.publish(t, &events.PairReviewed{PairChange: change(tasks(2)[1]), Decision: events.DecisionApproved})
	b.recorded(t)
	b.exec(t, "UPDATE data_pipeline_tasks SET updated_at = now() - interval '31 days' WHERE id IN ($1, $2)", taskID, tasks(2)[1])
	b.judged(t, r, taskID)
	b.recorded(t)
	if left := one[string](t, b, "SELECT string_agg(id, ' ' ORDER BY id) FROM data_pipeline_tasks"); left != strings.Join(tasks(2), " ") {
		t.Errorf("%s are left, want the young task and the one that a person works on", left)
	}
	if by := one[string](t, b, "SELECT data ->> 'actor' FROM data_pipeline_events WHERE type = 'task.deleted'"); by != events.ActorSystem {
		t.Errorf("deleted by %q", by)
	}
}

func TestOneRecorderJudgesAtATime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	release := b.judgeElsewhere(t)
	r := b.start(t, b.config())
	b.started(t, taskID, 3*time.Hour)
	b.recorded(t)
	if err := r.monitorOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if task := b.task(t, taskID); task.Status != projection.InProgress {
		t.Errorf("judged although another recorder does: %s", task.Status)
	}
	release()
	b.judged(t, r, taskID)
}

// judged monitors until there is a verdict about a task. More than one round
// may be needed: the recorder also judges by itself when it starts.
func (b *bundle) judged(t *testing.T, r *running, id string) {
	t.Helper()
	until(t, "there is a verdict", func() bool {
		if err := r.monitorOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		return !b.task(t, id).Open()
	})
}

// judgeElsewhere does what another recorder does while it judges.
func (b *bundle) judgeElsewhere(t *testing.T) (release func()) {
	t.Helper()
	held, done := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := store.New(b.pool, time.Hour).Exclusively(t.Context(), func(context.Context) error {
			close(held)
			<-done
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	return func() { close(done); wg.Wait() }
}

func TestOverdueMessagesSpeakTheTasksLanguage(t *testing.T) {
	now := time.Now()
	began := now.Add(-3 * time.Hour)
	task := projection.Task{StartedAt: &began}
	task.Request.Language = events.Chinese
	got := overdueMessage(task, 2*time.Hour, events.TypeStepProgressed, now.Add(-time.Hour), now)
	if !strings.Contains(got, "任务已运行 3h0m0s") || !strings.Contains(got, "step.progressed，距今 1h0m0s") {
		t.Errorf("message %q", got)
	}
}

// task folds a task from the stream.
func (b *bundle) task(t *testing.T, id string) projection.Task {
	t.Helper()
	task, err := b.broker.LoadTask(t.Context(), id, projection.Task{})
	if err != nil {
		t.Fatal(err)
	}
	return task
}
