package events

// Why a step is skipped.
const (
	SkipRequested = "requested" // skip_steps names it
	SkipDisabled  = "disabled"  // an option turns it off
)

// StepSkipped says that a step is left out because somebody said so.
type StepSkipped struct {
	Run
	Step   Step   `json:"step"`
	Reason string `json:"reason"`
}

func (*StepSkipped) Type() Type { return TypeStepSkipped }

func (e *StepSkipped) Validate() error {
	return check(
		e.Run.validate(),
		field("step", e.Step.Valid()),
		field("reason", e.Reason == SkipRequested || e.Reason == SkipDisabled),
	)
}
