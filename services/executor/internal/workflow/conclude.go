package workflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

// verdict is the status with which a request is closed whose work ended with a
// failure, or without one. What is done stays done, also when somebody asked
// for a cancellation meanwhile; otherwise that goes before a failure.
func verdict(t projection.Task, failure *events.Failure) projection.Status {
	switch {
	case len(t.Remaining()) == 0:
		return t.Outcome()
	case t.CancelRequested || failure == nil:
		return projection.Cancelled
	}
	return projection.Failed
}

// conclude closes the request whose work ended with err, or hands it on. An
// event that somebody published meanwhile is weighed: the closing event is
// stored only behind what was read before it was decided.
func (a *attempt) conclude(err error) settlement {
	if cause := context.Cause(a.work); cause != nil && !errors.As(err, new(stepError)) {
		err = cause
	}
	for {
		if fault := a.refresh(a.life); fault != nil {
			return a.abandoned(fault)
		}
		if errors.Is(err, errShutdown) && len(a.state.Remaining()) > 0 && !a.state.CancelRequested {
			a.lines.Info(a.say("执行器正在停止，任务交由其他执行器继续。", "The executor stops; another one goes on with the task."))
			a.flush()
			return a.abandoned(errShutdown)
		}
		fault := a.closeAs(a.reason(err))
		if fault == nil {
			return settled
		}
		if !errors.Is(fault, broker.ErrConflict) {
			return a.abandoned(fault)
		}
	}
}

// reason is why the work ended as a failure; nil where it is none.
func (a *attempt) reason(err error) *events.Failure {
	switch {
	case err == nil, errors.Is(err, errCancelled), errors.Is(err, errShutdown):
		return nil
	case errors.Is(err, errTimeLimit):
		err = a.timedOut()
	}
	failure := a.failure(err, "")
	return &failure
}

// closeAs publishes the verdict, behind the log and task_result.json.
func (a *attempt) closeAs(failure *events.Failure) error {
	status := verdict(a.state.Task, failure)
	if status != projection.Failed {
		failure = nil
	}
	a.announce(status, failure)
	last := a.flush()
	result, err := a.writeResult(status, failure)
	if err != nil {
		return err
	}
	if status == projection.Completed {
		a.remember()
	}
	closing := events.Closing{Run: a.identity(), Result: result, LogSequence: last}
	_, err = a.r.cfg.Broker.PublishTask(a.life, a.event(closingEvent(status, closing, failure)), a.state.last)
	if err != nil {
		return err
	}
	a.r.metrics.tasks.WithLabelValues(string(status)).Inc()
	a.r.cfg.Log.Info("request closed", zap.String("task", a.request.Task()), zap.Uint64("request", a.request.Sequence), zap.String("status", string(status)))
	return nil
}

func closingEvent(s projection.Status, c events.Closing, f *events.Failure) events.Data {
	switch s {
	case projection.Completed:
		return &events.TaskCompleted{Closing: c}
	case projection.PartialCompleted:
		return &events.TaskPartialCompleted{Closing: c}
	case projection.Failed:
		return &events.TaskFailed{Closing: c, Failure: *f}
	}
	return &events.TaskCancelled{Closing: c}
}

// writeResult publishes task_result.json and returns its content. A bucket that
// fails does not keep the request open.
func (a *attempt) writeResult(status projection.Status, failure *events.Failure) (json.RawMessage, error) {
	raw, err := newTaskResult(a.state.Task, status, failure, time.Now()).encode()
	if err != nil {
		return nil, err
	}
	if err := a.secure(); err != nil {
		return nil, err
	}
	indented, err := indent(raw)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(a.life, time.Minute)
	defer cancel()
	a.note("task_result.json not written", a.folder.Put(ctx, "task_result.json", bytes.NewReader(indented)))
	return raw, nil
}

// giveUp closes a request whose attempts came to nothing, in the name of the
// last of them, and keeps it as a dead letter.
func (a *attempt) giveUp() settlement {
	a.number.Store(int32(a.state.Attempt))
	failure := steps.Fail(events.ClassPlatform, "attempts_exhausted", a.say(
		"执行器连续 %d 次中断，任务已放弃：请将任务编号告知管理员，排除原因后重新执行。",
		"%d attempts in a row were interrupted, so the task was given up: tell the administrator its id, and run it again once the cause is found.",
		MaxTries), nil)
	if a.message != nil {
		if err := a.r.cfg.Broker.DeadLetter(a.life, "executor", *a.message, failure.Error()); err != nil {
			return a.abandoned(err)
		}
	}
	return a.conclude(failure)
}

// failure is an error as events carry it.
func (a *attempt) failure(err error, step events.Step) events.Failure {
	if reported, ok := errors.AsType[stepError](err); ok {
		return reported.failure
	}
	told, ok := errors.AsType[*steps.Error](err)
	if !ok {
		told = steps.Fail(events.ClassPlatform, "internal_error", a.say(
			"系统内部错误：请将任务编号告知管理员。（%v）", "Internal error: tell the administrator the task's id. (%v)", err), err)
	}
	a.r.cfg.Log.Warn("request fails", zap.String("task", a.request.Task()), zap.String("step", string(step)), zap.String("error", a.target.Scrub(err.Error())))
	f := told.Failure(step)
	f.Message = strings.ToValidUTF8(text.Cut(a.target.Scrub(f.Message), events.MaxMessage), "")
	return f
}

func (a *attempt) timedOut() error {
	limit := a.r.cfg.TaskTimeout
	return steps.Fail(events.ClassPlatform, "task_timeout", a.say(
		"任务超过时间上限 %s：请减少表的数量，或由管理员提高 DP_TASK_TIMEOUT 后重新执行。",
		"The task reached its time limit of %s: take fewer tables, or have the administrator raise DP_TASK_TIMEOUT, and run it again.", limit), errTimeLimit)
}
