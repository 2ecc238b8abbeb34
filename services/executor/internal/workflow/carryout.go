package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/executor/internal/files"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// stepError carries the failure of a step that was reported, by this attempt
// or an earlier one.
type stepError struct{ failure events.Failure }

func (e stepError) Error() string { return e.failure.ErrorType + ": " + e.failure.Message }

// carryOut runs what is still to be run of the request. Nil says that all of it
// is done; any other error is the failure of the request, or comes from having
// to stop.
func (a *attempt) carryOut() error {
	if f := a.state.failed(); f != nil {
		return stepError{*f}
	}
	if err := a.prepare(); err != nil {
		return err
	}
	for _, step := range events.Steps() {
		if cause := context.Cause(a.work); cause != nil {
			return cause
		}
		if err := a.doStep(step); err != nil {
			return err
		}
	}
	return nil
}

// doStep runs a step, reports it as skipped, or passes over it.
func (a *attempt) doStep(step events.Step) error {
	switch {
	case slices.Contains(a.state.Remaining(), step):
		return a.execute(step)
	case slices.Contains(a.order.SkippedSteps, step):
		return a.skip(step)
	}
	return nil
}

// skip reports a step as skipped, once.
func (a *attempt) skip(step events.Step) error {
	if s := a.state.Steps[step].Status; s == projection.Skipped || s == projection.Completed {
		return nil
	}
	skipped := &events.StepSkipped{Run: a.identity(), Step: step, Reason: events.SkipRequested}
	if o := a.order.Options; step == events.StepValidation && !o.EnableSQLValidation || step == events.StepLoad && !o.EnableTrainingDataLoad {
		skipped.Reason = events.SkipDisabled
	}
	a.lines.Info(a.say("跳过步骤 %s。", "Step %s is skipped.", step))
	if err := a.publish(a.work, skipped); err != nil {
		return err
	}
	return a.refresh(a.life)
}

// prepare makes ready what all steps need, and says in the task's folder what
// is being run.
func (a *attempt) prepare() error {
	a.lines.Info(a.say("任务开始执行（第 %d 次尝试），步骤：%s。", "The task begins (attempt %d), steps: %s.", a.number.Load(), join(a.state.Remaining())))
	if err := a.secure(); err != nil {
		return err
	}
	if err := a.clean(); err != nil {
		return a.unstored(err)
	}
	if err := a.lookBack(); err != nil {
		return err
	}
	config, err := json.MarshalIndent(taskConfig{
		TaskID: a.state.ID, TaskType: a.state.Type, CreatedAt: a.state.CreatedAt, CreatedBy: a.state.CreatedBy,
		Parameters: a.state.Parameters, Request: a.state.Request, RequestSeq: a.state.RequestSeq,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("task_config.json: %w", err)
	}
	return a.unstored(a.folder.Put(a.work, "task_config.json", strings.NewReader(string(config)+"\n")))
}

// clean removes the files that earlier executions of the steps to run left, if
// the request asks for it and before any of them ran. What other steps left
// stays, and so does a copy of it: a step may need it as its input.
func (a *attempt) clean() error {
	remaining := a.state.Remaining()
	if !a.order.CleanExistingFiles || len(remaining) < len(a.order.Steps) {
		return nil
	}
	kept := map[string]bool{}
	for name, step := range a.state.Steps {
		for _, f := range step.Manifest {
			if !slices.Contains(remaining, name) {
				kept[f.Name], kept[f.Name+files.BackupSuffix] = true, true
			}
		}
	}
	var obsolete []string
	for _, step := range remaining {
		for name := range a.state.produced[step] {
			if !kept[name] {
				obsolete = append(obsolete, name)
			}
		}
	}
	return a.folder.Remove(a.work, obsolete...)
}

// unstored makes a failure of an error of the bucket.
func (a *attempt) unstored(err error) error {
	var already *steps.Error
	if err == nil || errors.As(err, &already) || context.Cause(a.work) != nil {
		return err
	}
	return steps.Fail(events.ClassPlatform, "output_not_written", a.say(
		"无法写入任务的输出目录：请检查存储空间与权限后重新执行。",
		"The task's files could not be written: check the storage's space and permissions, then run it again."), err)
}

// say is text in the task's language.
func (a *attempt) say(zh, en string, args ...any) string {
	return a.order.Language.Sprintf(zh, en, args...)
}

func join(list []events.Step) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}
