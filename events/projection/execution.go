package projection

import (
	"encoding/json"
	"time"

	"github.com/citu/datapipeline/events"
)

// StepComplete is what stands for a step's name in the execution of a whole
// complete request.
const StepComplete = "complete"

// Execution is one run of one step, or of a complete request.
type Execution struct {
	TaskID          string
	ID              string
	Step            string
	Status          Status
	StartedAt       time.Time
	CompletedAt     *time.Time
	DurationSeconds float64
	Failure         *events.Failure
	Result          json.RawMessage
	Attempt         int
	Forced          bool
	FilesCleaned    bool
}

// Executions returns the executions that e, which folded before into after,
// began, changed or ended. The last one returned under an id is what it is now.
func Executions(before, after Task, e events.Event) []Execution {
	var changed []Execution
	for _, name := range events.Steps() {
		was, is := before.Steps[name], after.Steps[name]
		if was.Status == Running && was.ExecutionID != is.ExecutionID {
			changed = append(changed, after.superseded(before, name, e))
		}
		if is.ExecutionID != "" && (was.ExecutionID != is.ExecutionID || was.Status != is.Status) {
			changed = append(changed, after.execution(name, is))
		}
	}
	if after.Request.ExecutionMode == events.ModeComplete && after.StartedAt != nil &&
		(before.StartedAt == nil || before.RequestSeq != after.RequestSeq || before.Attempt != after.Attempt || before.Status != after.Status) {
		changed = append(changed, after.whole())
	}
	return changed
}

func (t Task) execution(name events.Step, s Step) Execution {
	return Execution{
		TaskID: t.ID, ID: s.ExecutionID, Step: string(name), Status: s.Status,
		StartedAt: *s.StartedAt, CompletedAt: s.CompletedAt, DurationSeconds: s.DurationSeconds,
		Failure: s.Failure, Result: s.Result, Attempt: s.Attempt,
		Forced: t.Request.Force, FilesCleaned: t.Request.CleanExistingFiles,
	}
}

// superseded is the end of an execution whose attempt another one replaced.
func (t Task) superseded(before Task, name events.Step, e events.Event) Execution {
	x := before.execution(name, before.Steps[name])
	x.Status, x.CompletedAt = Failed, &e.Time
	x.DurationSeconds = max(0, e.Time.Sub(x.StartedAt).Seconds())
	x.Failure = &events.Failure{
		ErrorType: "attempt_superseded", ErrorClass: events.ClassPlatform, Step: name,
		Message: before.Request.Language.Sprintf("执行器中断，第 %d 次尝试已接手。", "The executor was interrupted; attempt %d took over.", t.Attempt),
	}
	return x
}

// whole is the execution of the complete request.
func (t Task) whole() Execution {
	x := Execution{
		TaskID: t.ID, ID: events.ExecutionID(t.ID, StepComplete, t.RequestedAt.In(t.Request.Location())), Step: StepComplete,
		Status: Running, StartedAt: *t.StartedAt, CompletedAt: t.CompletedAt,
		Failure: t.Failure, Result: t.Result, Attempt: t.Attempt,
		Forced: t.Request.Force, FilesCleaned: t.Request.CleanExistingFiles,
	}
	if t.RequestClosed {
		x.Status = t.Status
		x.DurationSeconds = t.CompletedAt.Sub(*t.StartedAt).Seconds()
	}
	return x
}
