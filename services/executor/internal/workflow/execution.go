package workflow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/executor/internal/files"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// execution is one run of one step.
type execution struct {
	*attempt
	events.Execution
	step     steps.Step
	out      *files.Scratch
	lines    *zap.Logger
	progress *progress
}

// outcome is what a step returned.
type outcome struct {
	result steps.Result
	err    error
}

// execute runs a step from step.started to step.completed or step.failed. When
// the attempt has to stop, the execution ends without either.
func (a *attempt) execute(name events.Step) error {
	step, ok := a.r.steps[name]
	if !ok {
		return steps.Fail(events.ClassPlatform, "step_unknown", a.say(
			"该执行器不支持步骤 %s：请升级执行器。", "This executor does not know the step %s: upgrade it.", name), nil)
	}
	out, err := files.NewScratch(a.r.cfg.ScratchDir)
	if err != nil {
		return a.unstored(err)
	}
	defer func() { a.note("scratch folder stays", out.Drop()) }()
	x := &execution{attempt: a, Execution: a.newExecution(name), step: step, out: out}
	x.lines = a.log.Logger(name, x.ExecutionID)
	if err := a.publish(a.work, &events.StepStarted{Execution: x.Execution}); err != nil {
		return err
	}
	x.lines.Info(a.say("步骤 %s 开始。", "Step %s begins.", name))
	x.progress = startProgress(x)
	got := x.run()
	x.progress.close()
	if got.err == nil {
		got.err = x.complete(got.result)
	}
	if got.err != nil {
		return x.fail(got.err)
	}
	return a.refresh(a.life)
}

// newExecution names an execution that begins now.
func (a *attempt) newExecution(name events.Step) events.Execution {
	now := time.Now().In(a.order.Location())
	id := events.ExecutionID(a.request.Task(), string(name), now)
	if id == a.state.Steps[name].ExecutionID { // of an attempt within the millisecond
		now = now.Add(time.Millisecond)
		id = events.ExecutionID(a.request.Task(), string(name), now)
	}
	return events.Execution{Run: a.identity(), Step: name, ExecutionID: id, StartedAt: now}
}

// run waits for the step to return. One that was told to stop and does not is
// left behind: nothing that it still does is seen by anyone.
func (x *execution) run() outcome {
	returned := make(chan outcome, 1)
	x.r.stuck.Go(func() {
		business := &business{open: x.openBusiness}
		defer business.close()
		returned <- x.call(business)
	})
	select {
	case got := <-returned:
		return got
	case <-x.work.Done():
	}
	select {
	case got := <-returned:
		return got
	case <-time.After(x.r.cfg.StopGrace):
		x.r.cfg.Log.Error("a step does not stop", zap.String("task", x.TaskID), zap.String("step", string(x.Step)))
		return outcome{err: context.Cause(x.work)}
	}
}

// call runs the step; a panic is its failure.
func (x *execution) call(business *business) (got outcome) {
	defer func() {
		if p := recover(); p != nil {
			x.r.cfg.Log.Error("a step panicked", zap.String("task", x.TaskID), zap.String("step", string(x.Step)),
				zap.String("panic", x.target.Scrub(fmt.Sprint(p))), zap.ByteString("stack", debug.Stack()))
			got.err = steps.Fail(events.ClassPlatform, "step_panicked", x.say(
				"步骤 %s 发生内部错误：请将任务编号告知管理员。", "Step %s ran into an internal error: tell the administrator the task's id.", x.Step), nil)
		}
	}()
	in, err := x.input()
	if err != nil {
		return outcome{err: err}
	}
	people, warnings := x.people(in)
	got.result, got.err = x.step.Run(llm.Patient(x.work, x.lines, x.order.Language), &steps.Run{
		TaskID: x.TaskID, Request: x.state.Request, RequestedAt: x.request.Recorded.In(x.order.Location()),
		Database: x.database(), Identity: x.target.Identity,
		Business: business.get, Model: x.model(), In: in, Out: x.out, Log: x.lines, Progress: x.progress.set,
		Base: x.earlier.base, Pairs: people,
	})
	got.result.Warnings = max(got.result.Warnings, 0) + warnings
	return got
}

func (x *execution) database() string {
	if x.order.DBName != "" {
		return x.order.DBName
	}
	return x.target.Database
}

// input is what the step may read: what manifests name, or the whole folder as
// it is where somebody works on one by hand, one step at a time or where the
// steps before did not run.
func (x *execution) input() (fs.FS, error) {
	manifest := x.state.Files(x.Step)
	byHand := x.order.Runner == events.RunnerSelf
	if byHand && (x.order.ExecutionMode == events.ModeSingle || !x.stepsBeforeDone()) {
		found, err := x.folder.List(x.work)
		if err != nil {
			return nil, err
		}
		manifest = found
	}
	return files.NewView(x.work, x.folder, manifest, x.order.Language), nil
}

func (x *execution) stepsBeforeDone() bool {
	for _, before := range events.Steps()[:x.Step.Number()-1] {
		if s := x.state.Steps[before].Status; s != projection.Completed && s != projection.Skipped {
			return false
		}
	}
	return true
}

// fail reports the failure of the execution, unless the attempt has to stop.
func (x *execution) fail(err error) error {
	cause := context.Cause(x.work)
	switch {
	case errors.Is(cause, errTimeLimit):
		err = x.timedOut()
	case cause != nil:
		x.lines.Warn(x.say("步骤 %s 中止。", "Step %s stops.", x.Step))
		x.r.metrics.steps.WithLabelValues(string(x.Step), "stopped").Observe(time.Since(x.StartedAt).Seconds())
		return cause
	}
	failure := x.failure(err, x.Step)
	x.lines.Error(x.say("步骤 %s 失败（%s）：%s", "Step %s failed (%s): %s", x.Step, failure.ErrorType, failure.Message))
	x.r.metrics.steps.WithLabelValues(string(x.Step), "failed").Observe(time.Since(x.StartedAt).Seconds())
	at, seconds := x.elapsed()
	reported := x.publish(x.life, &events.StepFailed{Execution: x.Execution, CompletedAt: at, DurationSeconds: seconds, Failure: failure})
	if reported != nil {
		return reported
	}
	return stepError{failure}
}

// elapsed is the time and how long the execution took, never negative.
func (x *execution) elapsed() (time.Time, float64) {
	d := max(0, time.Since(x.StartedAt))
	return x.StartedAt.Add(d), d.Seconds()
}

func (x *execution) openBusiness(ctx context.Context) (*pgxpool.Pool, error) {
	return x.r.cfg.OpenBusiness(ctx, x.target.DSN, x.order.Language)
}
