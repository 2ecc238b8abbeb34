package httpapi

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/command"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
)

const maxReason = 1024

// changedTask is the data of a request, a cancellation or a deletion that was
// taken: the task as it is after it.
type changedTask struct {
	TaskID          string            `json:"task_id"`
	Status          projection.Status `json:"status"`
	ExecutionMode   string            `json:"execution_mode"`
	Steps           []events.Step     `json:"steps"`
	SkippedSteps    []events.Step     `json:"skipped_steps"`
	CancelRequested bool              `json:"cancel_requested"`
	StreamPosition  uint64            `json:"stream_position"`
}

func changed(t projection.Task) changedTask {
	return changedTask{
		TaskID: t.ID, Status: t.Status, ExecutionMode: t.Request.ExecutionMode,
		Steps: append([]events.Step{}, t.Request.Steps...), SkippedSteps: append([]events.Step{}, t.Request.SkippedSteps...),
		CancelRequested: t.CancelRequested, StreamPosition: t.LastSeq,
	}
}

// change answers what is asked of a task in a body, once do has taken it.
func (a *API) change(c *fiber.Ctx, m message, do func(ctx context.Context, id string, o *jsonbody.Object) (projection.Task, error)) error {
	id, err := taskID(c)
	if err != nil {
		return err
	}
	o, err := body(c)
	if err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	t, err := do(ctx, id, o)
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusAccepted, m, changed(t))
}

func (a *API) executeTask(c *fiber.Ctx) error {
	m := message{"已接受执行请求。", "The request to run is accepted."}
	return a.change(c, m, func(ctx context.Context, id string, o *jsonbody.Object) (projection.Task, error) {
		x, err := a.readExecution(o, actor(c))
		if err != nil {
			return projection.Task{}, err
		}
		return a.Commands.Execute(ctx, id, x)
	})
}

func (a *API) readExecution(o *jsonbody.Object, who string) (command.Execution, error) {
	x := command.Execution{Actor: who, Mode: readMode(o)}
	x.Step = readSingle(o, x.Mode, "step_name", "single_step")
	x.Force = o.Bool("force_execution", false)
	x.CleanExistingFiles = o.Bool("clean_existing_files", false)
	x.Options = readChanges(o)
	conn, err := a.readConnection(o, false)
	if err != nil {
		return x, err
	}
	if conn.given() {
		x.Connection = &conn.Connection
	}
	return x, o.Finish()
}

func (a *API) cancelTask(c *fiber.Ctx) error {
	m := message{"已接受取消请求。", "The cancellation is accepted."}
	return a.change(c, m, func(ctx context.Context, id string, o *jsonbody.Object) (projection.Task, error) {
		reason := o.Text("reason", maxReason)
		if err := o.Finish(); err != nil {
			return projection.Task{}, err
		}
		return a.Commands.Cancel(ctx, id, actor(c), reason)
	})
}

// deletedTask is the data of a deletion.
type deletedTask struct {
	TaskID string `json:"task_id"`
	// Cancelled says that the task was waiting or running.
	Cancelled    bool `json:"cancelled"`
	TrainingData bool `json:"training_data"`
}

func (a *API) deleteTask(c *fiber.Ctx) error {
	id, err := taskID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	d := command.Deletion{Actor: actor(c), Force: q.flag("force"), TrainingData: q.flag("training_data")}
	if err := q.err(); err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	cancelled, err := a.Commands.Delete(ctx, id, d)
	if err != nil {
		return err
	}
	status := fiber.StatusOK
	if cancelled {
		status = fiber.StatusAccepted
	}
	return respond(c, status, message{"任务已删除。", "The task is deleted."}, deletedTask{TaskID: id, Cancelled: cancelled, TrainingData: d.TrainingData})
}
