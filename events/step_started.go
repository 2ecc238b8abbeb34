package events

// StepStarted says that an execution of a step has begun.
type StepStarted struct{ Execution }

func (*StepStarted) Type() Type        { return TypeStepStarted }
func (e *StepStarted) Validate() error { return e.validate() }
