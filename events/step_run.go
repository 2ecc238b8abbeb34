package events

import "time"

// Execution names one execution of one step.
type Execution struct {
	Run
	Step Step `json:"step"`
	// ExecutionID is unique; see the function of that name.
	ExecutionID string    `json:"execution_id"`
	StartedAt   time.Time `json:"started_at"`
}

func (x Execution) validate() error {
	return check(
		x.Run.validate(),
		field("step", x.Step.Valid()),
		field("execution_id", x.ExecutionID != "" && len(x.ExecutionID) <= 128),
		field("started_at", !x.StartedAt.IsZero()),
	)
}

// File is a file of a task's output.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func (f File) validate() error {
	return check(
		field("name", f.Name != "" && len(f.Name) <= 255),
		field("size", f.Size >= 0),
		field("sha256", sha256Hex.MatchString(f.SHA256)),
	)
}
