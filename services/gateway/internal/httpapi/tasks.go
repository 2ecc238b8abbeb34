package httpapi

import (
	"context"
	"math"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

// Limits of lists.
const (
	pageSize    = 50
	maxPageSize = 200
	maxActive   = 1000
	maxWait     = 30 // seconds; who asks for more waits as long
)

func (a *API) listTasks(c *fiber.Ctx) error {
	q := queryOf(c)
	f := read.TaskFilter{
		Statuses: choices(q, "status", projection.Statuses()),
		DBName:   q.text("db_name"), CreatedBy: q.text("created_by"), Q: q.text("q"),
	}
	f.From, f.To = q.span()
	return a.answerTasks(c, q, f, q.paging(pageSize, maxPageSize))
}

func (a *API) activeTasks(c *fiber.Ctx) error {
	f := read.TaskFilter{Statuses: []projection.Status{projection.InProgress}}
	return a.answerTasks(c, queryOf(c), f, read.Paging{Limit: maxActive})
}

func (a *API) answerTasks(c *fiber.Ctx, q *query, f read.TaskFilter, p read.Paging) error {
	if err := q.err(); err != nil {
		return err
	}
	page, lag, err := a.Reads.Reader.Tasks(c.UserContext(), f, p)
	if err != nil {
		return err
	}
	data := listing("tasks", page)
	data["lag"] = lag
	return respond(c, fiber.StatusOK, done, data)
}

func (a *API) getTask(c *fiber.Ctx) error {
	id, err := taskID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	wait := time.Duration(min(q.number("wait_seconds", 0, 0, math.MaxInt32), maxWait)) * time.Second
	if err := q.err(); err != nil {
		return err
	}
	task, err := a.settled(c.UserContext(), id, wait)
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusOK, done, viewTask(task, a.queuePosition(c.UserContext(), task), time.Now()))
}

// settled returns a task once it has no open request, or as it is after the
// time to wait.
func (a *API) settled(ctx context.Context, id string, wait time.Duration) (projection.Task, error) {
	if wait == 0 {
		return a.Reads.Reader.Task(ctx, id)
	}
	waiting, cancel := context.WithTimeout(a.streaming, wait)
	defer cancel()
	for {
		// What comes after this place wakes; what came before is in the task.
		at, lost := a.Reads.Hub.Now(waiting)
		task, err := a.Reads.Reader.Task(ctx, id)
		if err != nil || !task.Open() || lost != nil {
			return task, err
		}
		if a.Reads.Hub.Await(waiting, id, at.Pipeline) != nil {
			return a.Reads.Reader.Task(ctx, id)
		}
	}
}

// queuePosition is the number of requests before a task that waits for an
// executor; null for any other, and while it cannot be told.
func (a *API) queuePosition(ctx context.Context, t projection.Task) *int {
	if !t.Open() || t.Status != projection.Pending || t.Request.Runner != events.RunnerPool {
		return nil
	}
	n, err := a.Reads.Reader.QueuePosition(ctx, t)
	if err != nil {
		return nil
	}
	return &n
}
