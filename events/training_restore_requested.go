package events

// TrainingRestoreRequested asks an executor to bring back training data that was
// deleted, or that a later load replaced, within TrainingRetention.
// TrainingRestored or TrainingFailed follows.
type TrainingRestoreRequested struct {
	TrainingScope
	Actor  string `json:"actor"`
	Reason string `json:"reason,omitempty"`
	// Language is that of a failure's message; empty is Chinese.
	Language Language `json:"language,omitempty"`
}

func (*TrainingRestoreRequested) Type() Type { return TypeTrainingRestoreRequested }

func (e *TrainingRestoreRequested) Validate() error {
	return check(
		e.validate(),
		field("actor", len(e.Actor) <= 255),
		field("reason", len(e.Reason) <= MaxMessage),
		field("language", e.Language == "" || e.Language.Valid()),
	)
}
