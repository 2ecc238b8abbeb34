package projection

import (
	"time"

	"github.com/citu/datapipeline/events"
)

// step folds an event of a step into the attempt that owns the task.
func (t Task) step(e events.Event) (Task, bool) {
	switch d := e.Data.(type) {
	case *events.StepStarted:
		return t.begin(d.Execution, 0, 0, 0)
	case *events.StepProgressed:
		return t.begin(d.Execution, d.Progress, d.Done, d.Total)
	case *events.StepCompleted:
		s := finished(d.Execution, Completed, d.CompletedAt, d.DurationSeconds)
		s.Progress, s.Result, s.Warnings, s.Manifest = 100, d.Result, d.Warnings, d.Manifest
		s.Done, s.Total = t.Steps[d.Step].Total, t.Steps[d.Step].Total
		return t.finish(d.Execution, s)
	case *events.StepFailed:
		s := finished(d.Execution, Failed, d.CompletedAt, d.DurationSeconds)
		before := t.Steps[d.Step]
		s.Progress, s.Done, s.Total = before.Progress, before.Done, before.Total
		s.Result, s.Failure = d.Result, &d.Failure
		return t.finish(d.Execution, s)
	case *events.StepSkipped:
		return t.skip(d)
	}
	return t, false
}

// begin folds a start or a progress, whichever comes first. Progress only
// grows, and nothing changes a step that has ended.
func (t Task) begin(x events.Execution, progress, done, total int) (Task, bool) {
	before := t.Steps[x.Step]
	if !t.owned(x.Run) || t.ended(x) {
		return t, false
	}
	s := before
	if before.ExecutionID != x.ExecutionID {
		s = Step{Status: Running, StartedAt: &x.StartedAt, ExecutionID: x.ExecutionID, RequestSeq: x.Request, Attempt: x.Attempt}
	}
	if progress > s.Progress || s.Total == 0 && total > 0 {
		s.Progress, s.Done, s.Total = max(progress, s.Progress), done, total
	}
	if before.ExecutionID == x.ExecutionID && s.Progress == before.Progress && s.Total == before.Total {
		return t, false
	}
	t = t.set(x.Step, s)
	t.CurrentStep = x.Step
	return t, true
}

// ended says whether this very execution has ended already.
func (t Task) ended(x events.Execution) bool {
	s := t.Steps[x.Step]
	return s.ExecutionID == x.ExecutionID && s.Status != Running
}

func finished(x events.Execution, status Status, at time.Time, seconds float64) Step {
	return Step{
		Status: status, StartedAt: &x.StartedAt, CompletedAt: &at, DurationSeconds: seconds,
		ExecutionID: x.ExecutionID, RequestSeq: x.Request, Attempt: x.Attempt,
	}
}

func (t Task) finish(x events.Execution, s Step) (Task, bool) {
	if !t.owned(x.Run) || t.ended(x) {
		return t, false
	}
	return t.set(x.Step, s), true
}

// skip leaves a step out. One that is completed stays so.
func (t Task) skip(d *events.StepSkipped) (Task, bool) {
	before := t.Steps[d.Step]
	if !t.owned(d.Run) || before.Status == Skipped || before.Status == Completed {
		return t, false
	}
	return t.set(d.Step, Step{Status: Skipped, Progress: 100, RequestSeq: d.Request, Attempt: d.Attempt, SkipReason: d.Reason}), true
}
