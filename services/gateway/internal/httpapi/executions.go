package httpapi

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

// executionView is an execution of a step, or of a complete request.
type executionView struct {
	ID              string            `json:"execution_id"`
	Step            string            `json:"execution_step"`
	Status          projection.Status `json:"status"`
	StartedAt       time.Time         `json:"started_at"`
	CompletedAt     *time.Time        `json:"completed_at"`
	DurationSeconds *float64          `json:"duration_seconds"`
	failureView
	Result       json.RawMessage `json:"execution_result"`
	Attempt      int             `json:"attempt"`
	Forced       bool            `json:"force_executed"`
	FilesCleaned bool            `json:"files_cleaned"`
}

func viewExecution(x projection.Execution) executionView {
	return executionView{
		ID: x.ID, Step: x.Step, Status: x.Status, StartedAt: x.StartedAt, CompletedAt: storedOrNull(x.CompletedAt),
		DurationSeconds: elapsed(&x.StartedAt, x.CompletedAt, time.Now()), failureView: viewFailure(x.Failure),
		Result: x.Result, Attempt: x.Attempt, Forced: x.Forced, FilesCleaned: x.FilesCleaned,
	}
}

type executionKey struct {
	StartedAt time.Time `json:"t"`
	ID        string    `json:"i"`
}

func (a *API) listExecutions(c *fiber.Ctx) error {
	id, err := taskID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	p := q.paging(pageSize, maxPageSize)
	if err := q.err(); err != nil {
		return err
	}
	all, err := a.Reads.Reader.Executions(c.UserContext(), id)
	if err != nil {
		return err
	}
	page, err := read.Cut("executions", all, p,
		func(x projection.Execution) executionKey { return executionKey{x.StartedAt, x.ID} },
		func(a, b executionKey) int { return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID)) })
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusOK, done, listing("executions", mapped(page, viewExecution)))
}
