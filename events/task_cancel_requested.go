package events

// TaskCancelRequested asks that the open request of a task end. Before an
// attempt began it ends the request by itself.
type TaskCancelRequested struct {
	TaskID string `json:"task_id"`
	// Request is the sequence of the request to end.
	Request uint64 `json:"request"`
	Actor   string `json:"actor"`
	Reason  string `json:"reason,omitempty"`
}

func (*TaskCancelRequested) Type() Type     { return TypeTaskCancelRequested }
func (e *TaskCancelRequested) Task() string { return e.TaskID }

func (e *TaskCancelRequested) Validate() error {
	return check(
		field("task_id", ValidTaskID(e.TaskID)),
		field("request", e.Request > 0),
		field("actor", len(e.Actor) <= 255),
		field("reason", len(e.Reason) <= MaxMessage),
	)
}
