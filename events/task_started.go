package events

// TaskStarted begins an attempt at a request and ends the attempts before it:
// whatever they still say changes nothing.
type TaskStarted struct {
	Run
	// Executor is the instance that makes the attempt.
	Executor string `json:"executor"`
}

func (*TaskStarted) Type() Type { return TypeTaskStarted }

func (e *TaskStarted) Validate() error {
	return check(e.Run.validate(), field("executor", e.Executor != "" && len(e.Executor) <= 255))
}
