package events

import (
	"encoding/json"
	"errors"
	"time"
)

// StepCompleted says that an execution did its work and that its files are in
// the bucket.
type StepCompleted struct {
	Execution
	CompletedAt     time.Time `json:"completed_at"`
	DurationSeconds float64   `json:"duration_seconds"`
	// Result is the content of <step>_result.json.
	Result json.RawMessage `json:"result"`
	// Manifest names all files that the execution left. Later steps read what
	// manifests name and nothing else.
	Manifest []File `json:"manifest"`
	// Removed names files of earlier executions that are no longer part of the
	// output.
	Removed []string `json:"removed,omitempty"`
	// Warnings counts what went wrong without failing the step.
	Warnings int `json:"warnings"`
}

func (*StepCompleted) Type() Type { return TypeStepCompleted }

func (e *StepCompleted) Validate() error {
	return check(
		e.Execution.validate(),
		field("completed_at", !e.CompletedAt.Before(e.StartedAt)),
		field("duration_seconds", e.DurationSeconds >= 0),
		field("result", len(e.Result) > 0 && validJSON(e.Result, MaxResult)),
		field("manifest", len(e.Manifest) <= MaxFiles),
		validFiles(e.Manifest),
		field("removed", len(e.Removed) <= MaxFiles),
		field("warnings", e.Warnings >= 0),
	)
}

func validFiles(files []File) error {
	var faults []error
	for _, f := range files {
		faults = append(faults, f.validate())
	}
	return errors.Join(faults...)
}
