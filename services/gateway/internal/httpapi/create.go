package httpapi

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/command"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
)

const (
	headerIdempotencyKey = "Idempotency-Key"
	headerReplayed       = "Idempotency-Replayed"
	maxKey               = 255
)

// createdTask is the data of a task's creation.
type createdTask struct {
	TaskID          string            `json:"task_id"`
	Status          projection.Status `json:"status"`
	CreatedAt       time.Time         `json:"created_at"`
	OutputDirectory string            `json:"output_directory"`
	StreamPosition  uint64            `json:"stream_position"`
}

// createTask answers once the task is stored by the broker.
func (a *API) createTask(c *fiber.Ctx) error {
	o, err := body(c)
	if err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	created, replayed, err := a.create(ctx, c, o)
	if err != nil {
		return err
	}
	if replayed {
		c.Set(headerReplayed, "true")
	}
	c.Set(fiber.HeaderLocation, Prefix+"/tasks/"+created.TaskID)
	return respond(c, fiber.StatusCreated, message{"任务已创建。", "The task is created."}, createdTask{
		TaskID: created.TaskID, Status: projection.Pending, CreatedAt: stored(created.CreatedAt),
		OutputDirectory: created.OutputDirectory, StreamPosition: created.Sequence,
	})
}

func (a *API) create(ctx context.Context, c *fiber.Ctx, o *jsonbody.Object) (command.Created, bool, error) {
	canonical := o.Canonical() // before anything is read
	prepare := func() (command.NewTask, error) { return a.readTask(ctx, o, actor(c)) }
	value, given := idempotencyKey(c)
	if !given {
		n, err := prepare()
		if err != nil {
			return command.Created{}, false, err
		}
		created, err := a.Commands.Create(ctx, n)
		return created, false, err
	}
	if !properKey(value) {
		return command.Created{}, false, apierr.Invalid(apierr.Detail{Pointer: "header:" + headerIdempotencyKey, Type: apierr.InvalidKey})
	}
	return a.Commands.CreateOnce(ctx, command.Key{Actor: actor(c), Value: value, Body: canonical}, prepare)
}

func idempotencyKey(c *fiber.Ctx) (string, bool) {
	value := c.Request().Header.Peek(headerIdempotencyKey)
	return string(value), value != nil
}

func properKey(s string) bool {
	visible := func(r rune) bool { return r > ' ' && r < 0x7f }
	return s != "" && len(s) <= maxKey && !strings.ContainsFunc(s, func(r rune) bool { return !visible(r) })
}
