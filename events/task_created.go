package events

import (
	"encoding/json"
	"time"
)

// TaskTypeComplete is the type of every task: the complete workflow, of which
// a request may run a part.
const TaskTypeComplete = "complete_workflow"

// TaskCreated makes a task and is its first request.
type TaskCreated struct {
	TaskID    string    `json:"task_id"`
	TaskType  string    `json:"task_type"`
	CreatedAt time.Time `json:"created_at"`
	CreatedBy string    `json:"created_by"`
	// Parameters are those of the caller, with secrets masked.
	Parameters json.RawMessage `json:"parameters"`
	Request    Request         `json:"request"`
}

func (*TaskCreated) Type() Type       { return TypeTaskCreated }
func (e *TaskCreated) Task() string   { return e.TaskID }
func (e *TaskCreated) Order() Request { return e.Request }

func (e *TaskCreated) Validate() error {
	return check(
		field("task_id", ValidTaskID(e.TaskID)),
		field("task_type", e.TaskType == TaskTypeComplete),
		field("created_at", !e.CreatedAt.IsZero()),
		field("created_by", e.CreatedBy != "" && len(e.CreatedBy) <= 255),
		field("parameters", len(e.Parameters) > 0 && validJSON(e.Parameters, MaxResult)),
		e.Request.validate(),
	)
}
