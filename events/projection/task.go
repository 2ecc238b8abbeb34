// Package projection is the fold from the events of PIPELINE to the state of a
// task. It is pure: the same events in the order of the stream give the same
// task everywhere, and folding on from a task that was stored gives what
// folding from the start gives. Nobody else decides what a status means.
package projection

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/citu/datapipeline/events"
)

// Status is the state of a task or of a step.
type Status string

// The states. A task is never running or skipped, a step never in_progress or
// partial_completed.
const (
	Pending          Status = "pending"
	InProgress       Status = "in_progress"
	PartialCompleted Status = "partial_completed"
	Completed        Status = "completed"
	Failed           Status = "failed"
	Cancelled        Status = "cancelled"
	Running          Status = "running"
	Skipped          Status = "skipped"
)

// Statuses returns the states that a task can have.
func Statuses() []Status {
	return []Status{Pending, InProgress, PartialCompleted, Completed, Failed, Cancelled}
}

// Task is the state of a task. The zero Task is a task that nobody created.
type Task struct {
	ID              string          `json:"task_id"`
	Type            string          `json:"task_type"`
	Status          Status          `json:"status"`
	Parameters      json.RawMessage `json:"parameters"`
	CreatedAt       time.Time       `json:"created_at"`
	CreatedBy       string          `json:"created_by"`
	DBName          string          `json:"db_name"`
	BusinessContext string          `json:"business_context"`
	OutputDirectory string          `json:"output_directory"`

	// Request is the newest request, without its sealed connection.
	Request events.Request `json:"request"`
	// RequestSeq is the sequence of the newest request, RequestedAt its stream
	// time, RequestClosed whether it is done with.
	RequestSeq      uint64    `json:"request_seq"`
	RequestedAt     time.Time `json:"requested_at"`
	RequestClosed   bool      `json:"request_closed"`
	CancelRequested bool      `json:"cancel_requested"`
	// Attempt is the newest attempt at the newest request; 0 before the first.
	Attempt int `json:"attempt"`

	// The outcome of the newest request.
	StartedAt   *time.Time      `json:"started_at"`
	CompletedAt *time.Time      `json:"completed_at"`
	Result      json.RawMessage `json:"result,omitempty"`
	Failure     *events.Failure `json:"failure,omitempty"`
	LogSequence uint64          `json:"log_sequence"`
	// ScanComplete says that all files of the closed request are registered.
	ScanComplete bool `json:"scan_complete"`

	CurrentStep events.Step          `json:"current_step"`
	Steps       map[events.Step]Step `json:"steps"`

	// Deleted says that the task is gone; nothing changes it any more.
	Deleted bool `json:"deleted"`
	// LastSeq is the sequence of the last event that changed the task.
	LastSeq uint64 `json:"last_seq"`
}

// Step is the state of a step.
type Step struct {
	Status          Status          `json:"status"`
	Progress        int             `json:"progress"` // percent
	Done            int             `json:"done"`
	Total           int             `json:"total"`
	StartedAt       *time.Time      `json:"started_at"`
	CompletedAt     *time.Time      `json:"completed_at"`
	DurationSeconds float64         `json:"duration_seconds"`
	Failure         *events.Failure `json:"failure,omitempty"`
	ExecutionID     string          `json:"execution_id"`
	RequestSeq      uint64          `json:"request_seq"`
	Attempt         int             `json:"attempt"`
	Result          json.RawMessage `json:"result,omitempty"`
	Warnings        int             `json:"warnings"`
	Manifest        []events.File   `json:"manifest,omitempty"`
	SkipReason      string          `json:"skip_reason,omitempty"`
}

// Exists says whether the task was created and is not deleted.
func (t Task) Exists() bool { return t.ID != "" && !t.Deleted }

// Open says whether a request of the task is still to be carried out.
func (t Task) Open() bool { return t.Exists() && !t.RequestClosed }

// Warnings counts what went wrong without failing a step, over all steps.
func (t Task) Warnings() int {
	sum := 0
	for _, s := range t.Steps {
		sum += s.Warnings
	}
	return sum
}

// weights are the shares of the steps in a task's progress, in percent.
var weights = map[events.Step]int{
	events.StepDDL: 40, events.StepQA: 30, events.StepValidation: 20, events.StepLoad: 10,
}

// Progress is how far the task is, 0 to 100: 40 after the first step, 70 after
// the second, 90 after the third, finer inside each.
func (t Task) Progress() int {
	sum := 0
	for name, s := range t.Steps {
		sum += weights[name] * s.Progress
	}
	return sum / 100
}

// Outcome is the status of a request that ended without failure: completed, or
// partial_completed where an enabled step is still to be done.
func (t Task) Outcome() Status {
	for _, s := range t.Steps {
		if s.Status != Completed && s.Status != Skipped {
			return PartialCompleted
		}
	}
	return Completed
}

// Remaining returns the steps of the newest request that are still to be run,
// in order: those that no attempt at this request has completed.
func (t Task) Remaining() []events.Step {
	var rest []events.Step
	for _, name := range t.Request.Steps {
		if s := t.Steps[name]; s.Status != Completed || s.RequestSeq != t.RequestSeq {
			rest = append(rest, name)
		}
	}
	return rest
}

// Files returns what the manifests of the completed steps before a step name,
// by file name. A later step's file takes the place of an earlier one's.
func (t Task) Files(before events.Step) map[string]events.File {
	files := map[string]events.File{}
	for _, name := range events.Steps() {
		if name == before {
			break
		}
		for _, f := range t.Steps[name].Manifest {
			files[f.Name] = f
		}
	}
	return files
}

// set replaces the state of a step in a copy of the task.
func (t Task) set(name events.Step, s Step) Task {
	t.Steps = maps.Clone(t.Steps)
	if t.Steps == nil {
		t.Steps = map[events.Step]Step{}
	}
	t.Steps[name] = s
	return t
}
