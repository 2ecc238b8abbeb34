package events

import "encoding/json"

// Closing is what the four events that close a request have in common. They
// are published alone, after everything else of the run is stored.
type Closing struct {
	Run
	// Result is the content of task_result.json.
	Result json.RawMessage `json:"result,omitempty"`
	// LogSequence is the sequence in PIPELINE_LOGS of the run's last log event;
	// a follower that has come so far has seen all. 0 where there is none.
	LogSequence uint64 `json:"log_sequence,omitempty"`
	// Actor is "system" for a verdict that no executor made.
	Actor string `json:"actor,omitempty"`
}

// ActorSystem is the actor of verdicts that the system makes by itself.
const ActorSystem = "system"

func (c Closing) validate() error {
	return check(c.Run.validate(), field("result", validJSON(c.Result, MaxResult)), field("actor", len(c.Actor) <= 255))
}

// TaskCompleted closes a request after which every enabled step is done.
type TaskCompleted struct{ Closing }

func (*TaskCompleted) Type() Type        { return TypeTaskCompleted }
func (e *TaskCompleted) Validate() error { return e.validate() }

// TaskPartialCompleted closes a request that did what it was asked, where an
// enabled step of the task is still to be done.
type TaskPartialCompleted struct{ Closing }

func (*TaskPartialCompleted) Type() Type        { return TypeTaskPartialCompleted }
func (e *TaskPartialCompleted) Validate() error { return e.validate() }

// TaskFailed closes a request that cannot be carried out.
type TaskFailed struct {
	Closing
	Failure Failure `json:"failure"`
}

func (*TaskFailed) Type() Type        { return TypeTaskFailed }
func (e *TaskFailed) Validate() error { return check(e.Closing.validate(), e.Failure.validate()) }

// TaskCancelled closes a request as its canceller asked.
type TaskCancelled struct{ Closing }

func (*TaskCancelled) Type() Type        { return TypeTaskCancelled }
func (e *TaskCancelled) Validate() error { return e.validate() }
