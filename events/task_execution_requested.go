package events

// TaskExecutionRequested is a further request to a task whose requests so far
// are closed.
type TaskExecutionRequested struct {
	TaskID  string  `json:"task_id"`
	Request Request `json:"request"`
}

func (*TaskExecutionRequested) Type() Type       { return TypeTaskExecutionRequested }
func (e *TaskExecutionRequested) Task() string   { return e.TaskID }
func (e *TaskExecutionRequested) Order() Request { return e.Request }

func (e *TaskExecutionRequested) Validate() error {
	return check(field("task_id", ValidTaskID(e.TaskID)), e.Request.validate())
}
