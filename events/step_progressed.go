package events

// StepProgressed says how far an execution is; at most two a second for each.
type StepProgressed struct {
	Execution
	// Progress of the step in percent, 0 to 100.
	Progress int `json:"progress"`
	// Done of Total units are finished; what a unit is depends on the step.
	Done  int `json:"done"`
	Total int `json:"total"`
}

func (*StepProgressed) Type() Type { return TypeStepProgressed }

func (e *StepProgressed) Validate() error {
	return check(
		e.Execution.validate(),
		field("progress", 0 <= e.Progress && e.Progress <= 100),
		field("done", 0 <= e.Done && e.Done <= e.Total),
	)
}
