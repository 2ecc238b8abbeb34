package events

// TrainingDeleteRequested asks an executor to take training data out of the
// vector store, of what was loaded before the request. It can be restored for
// TrainingRetention. TrainingDeleted or TrainingFailed follows.
type TrainingDeleteRequested struct {
	TrainingScope
	Actor  string `json:"actor"`
	Reason string `json:"reason,omitempty"`
	// Language is that of a failure's message; empty is Chinese.
	Language Language `json:"language,omitempty"`
}

func (*TrainingDeleteRequested) Type() Type { return TypeTrainingDeleteRequested }

func (e *TrainingDeleteRequested) Validate() error {
	return check(
		e.validate(),
		field("actor", len(e.Actor) <= 255),
		field("reason", len(e.Reason) <= MaxMessage),
		field("language", e.Language == "" || e.Language.Valid()),
	)
}
