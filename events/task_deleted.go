package events

// TaskDeleted removes a task with its rows, files and log lines. Its id is not
// used again. A run that still goes on stops.
type TaskDeleted struct {
	TaskID string `json:"task_id"`
	Actor  string `json:"actor"`
	// OutputPrefix is where its files are in the bucket.
	OutputPrefix string `json:"output_prefix"`
	// TrainingData says that what the task loaded into the vector store goes
	// too.
	TrainingData bool `json:"training_data,omitempty"`
}

func (*TaskDeleted) Type() Type     { return TypeTaskDeleted }
func (e *TaskDeleted) Task() string { return e.TaskID }

func (e *TaskDeleted) Validate() error {
	return check(
		field("task_id", ValidTaskID(e.TaskID)),
		field("actor", len(e.Actor) <= 255),
		field("output_prefix", len(e.OutputPrefix) <= 1024),
	)
}
