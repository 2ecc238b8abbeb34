package events

import (
	"encoding/json"
	"time"
)

// StepFailed says that an execution could not do its work. It leaves no files.
type StepFailed struct {
	Execution
	CompletedAt     time.Time       `json:"completed_at"`
	DurationSeconds float64         `json:"duration_seconds"`
	Failure         Failure         `json:"failure"`
	Result          json.RawMessage `json:"result,omitempty"`
}

func (*StepFailed) Type() Type { return TypeStepFailed }

func (e *StepFailed) Validate() error {
	return check(
		e.Execution.validate(),
		field("completed_at", !e.CompletedAt.Before(e.StartedAt)),
		field("duration_seconds", e.DurationSeconds >= 0),
		e.Failure.validate(),
		field("result", validJSON(e.Result, MaxResult)),
	)
}
