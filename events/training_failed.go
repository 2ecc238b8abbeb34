package events

// TrainingFailed says that a request about training data was given up; nothing
// of it was done.
type TrainingFailed struct {
	TrainingScope
	// Request is the stream sequence of the request.
	Request uint64 `json:"request"`
	Actor   string `json:"actor"`
	Failure
}

func (*TrainingFailed) Type() Type { return TypeTrainingFailed }

func (e *TrainingFailed) Validate() error {
	return check(e.TrainingScope.validate(), field("request", e.Request > 0), field("actor", len(e.Actor) <= 255), e.Failure.validate())
}
