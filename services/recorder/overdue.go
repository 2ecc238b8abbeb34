package recorder

import (
	"context"
	"encoding/json"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// slack is how long an executor may take, beyond the time limit, to stop a task
// by itself.
const slack = 5 * time.Minute

// errorTaskTimeout is the error_type of a task that ran too long.
const errorTaskTimeout = "task_timeout"

// failOverdue fails the tasks that run although their time is over: their
// executor is gone or hangs, or would have said so.
func (r *Recorder) failOverdue(ctx context.Context) error {
	tasks, err := r.store.Overdue(ctx, time.Now().Add(-r.cfg.TaskTimeout-slack))
	if err != nil {
		return err
	}
	for _, task := range tasks {
		if err := r.failIfOverdue(ctx, task); err != nil {
			return err
		}
	}
	return nil
}

// failIfOverdue judges by the stream, which the row may be behind.
func (r *Recorder) failIfOverdue(ctx context.Context, task projection.Task) error {
	last, err := r.broker.LastTaskSeq(ctx, task.ID)
	if err != nil {
		return err
	}
	if task, err = r.broker.LoadTask(ctx, task.ID, task); err != nil {
		return err
	}
	if !task.Open() || task.Status != projection.InProgress || time.Since(*task.StartedAt) < r.cfg.TaskTimeout+slack {
		return nil
	}
	verdict, err := r.overdue(ctx, task)
	if err != nil {
		return err
	}
	return r.pronounce(ctx, verdict, last)
}

func (r *Recorder) overdue(ctx context.Context, task projection.Task) (*events.TaskFailed, error) {
	logs, err := r.broker.LastSeq(ctx, events.StreamLogs, events.KindSubject("log", task.ID))
	if err != nil {
		return nil, err
	}
	kind, at, err := r.store.LastEvent(ctx, task.ID)
	if err != nil {
		return nil, err
	}
	failure := events.Failure{ErrorType: errorTaskTimeout, ErrorClass: events.ClassPlatform, Step: task.CurrentStep,
		Message: overdueMessage(task, r.cfg.TaskTimeout, kind, at, time.Now())}
	return &events.TaskFailed{
		Closing: events.Closing{
			Run:         events.Run{TaskID: task.ID, Request: task.RequestSeq, Attempt: task.Attempt},
			Result:      failedResult(failure),
			LogSequence: logs,
			Actor:       events.ActorSystem,
		},
		Failure: failure,
	}, nil
}

// overdueMessage names the rule, how long the task has run, and the last thing
// that was heard of it.
func overdueMessage(task projection.Task, limit time.Duration, last events.Type, at, now time.Time) string {
	return task.Request.Language.Sprintf(
		"任务已运行 %s，超过时限 %s（DP_TASK_TIMEOUT，另加 %s 宽限），系统将其判定为失败。最后的事件是 %s，距今 %s。请检查执行器是否在运行，然后重新执行；若任务确实需要更长时间，请调大 DP_TASK_TIMEOUT。",
		"The task has run for %s, longer than its limit of %s (DP_TASK_TIMEOUT, and %s of grace), so the system failed it. Its last event was %s, %s ago. Make sure that an executor is running, then execute the task again; if it does need longer, raise DP_TASK_TIMEOUT.",
		age(now.Sub(*task.StartedAt)), limit, slack, last, age(now.Sub(at)))
}

func age(d time.Duration) time.Duration { return d.Round(time.Second) }

// failedResult is the task_result.json of a verdict.
func failedResult(f events.Failure) json.RawMessage {
	type fault struct {
		Message    string      `json:"message"`
		FailedStep events.Step `json:"failed_step"`
	}
	raw, err := json.Marshal(struct {
		Success bool  `json:"success"`
		Error   fault `json:"error"`
	}{Error: fault{f.Message, f.Step}})
	if err != nil {
		panic(err) // two texts and a bool
	}
	return raw
}
