package events

// TrainingRestoreRequested asks an executor to bring back training data that was
// deleted within TrainingRetention. What a later load replaced comes back by a
// load or by ids alone: by database or task it would stand beside what replaced
// it.
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
