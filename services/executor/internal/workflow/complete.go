package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// complete publishes the files of a step that did its work, then
// step.completed. It goes on when the steps were told to stop meanwhile: the
// work is done.
func (x *execution) complete(result steps.Result) error {
	data, err := json.Marshal(result.Data)
	if err != nil {
		return fmt.Errorf("result of %s: %w", x.Step, err)
	}
	if err := x.writeResult(data); err != nil {
		return x.unstored(err)
	}
	if err := x.secure(); err != nil {
		return err
	}
	if err := x.putFiles(result.Removed); err != nil {
		return x.unstored(err)
	}
	at, seconds := x.elapsed()
	completed := &events.StepCompleted{
		Execution: x.Execution, CompletedAt: at, DurationSeconds: seconds, Result: fit(data, events.MaxResult),
		Manifest: x.out.Manifest(), Removed: x.obsolete(result.Removed), Warnings: result.Warnings,
	}
	if err := x.publish(x.life, completed); err != nil {
		return err
	}
	x.lines.Info(x.say("步骤 %s 完成，用时 %.1f 秒，%d 个文件，%d 个警告。", "Step %s is done after %.1f s; files: %d, warnings: %d.",
		x.Step, seconds, len(completed.Manifest), completed.Warnings), zap.Float64("duration_seconds", seconds))
	x.r.metrics.steps.WithLabelValues(string(x.Step), "completed").Observe(seconds)
	return nil
}

func (x *execution) writeResult(data []byte) error {
	indented, err := indent(data)
	if err != nil {
		return err
	}
	return x.out.WriteFile(string(x.Step)+"_result.json", indented)
}

// putFiles publishes the files, and removes those that they make obsolete. It
// is bounded: a bucket that hangs must not keep the task's slot.
func (x *execution) putFiles(removed []string) error {
	ctx, cancel := context.WithTimeout(x.life, putLimit)
	defer cancel()
	if err := x.folder.PutAll(ctx, x.out); err != nil {
		return err
	}
	return x.folder.Remove(ctx, x.obsolete(removed)...)
}

// putLimit bounds the publishing of an execution's files.
const putLimit = 10 * time.Minute

// obsolete leaves out of a step's list what it has just written.
func (x *execution) obsolete(removed []string) []string {
	return slices.DeleteFunc(slices.Clone(removed), func(name string) bool {
		return slices.ContainsFunc(x.out.Manifest(), func(f events.File) bool { return f.Name == name })
	})
}
