package httpapi

import (
	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/services/gateway/internal/read"
)

// Sizes of pages of log lines.
const (
	logPage    = 100
	maxLogPage = 1000
)

// lineView is a line of a log with its address.
type lineView struct {
	ID string `json:"id"`
	read.LogLine
}

func viewLine(l read.LogLine) lineView { return lineView{l.Address(), l} }

func (a *API) listLogs(c *fiber.Ctx) error {
	id, err := taskID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	f := readLogFilter(q)
	p := q.paging(logPage, maxLogPage)
	tail := q.number("tail", 0, 1, maxLogPage)
	if tail > 0 {
		p.Limit = tail
	}
	if err := q.err(); err != nil {
		return err
	}
	if _, err := a.Reads.Reader.Task(c.UserContext(), id); err != nil {
		return err
	}
	page, lag, err := a.Reads.Reader.Logs(c.UserContext(), id, f, p, tail > 0)
	if err != nil {
		return err
	}
	data := listing("logs", mapped(page, viewLine))
	data["lag"] = lag
	return respond(c, fiber.StatusOK, done, data)
}

func readLogFilter(q *query) read.LogFilter {
	f := read.LogFilter{ExecutionID: q.text("execution_id"), Q: q.text("q"), Level: level(q), Step: step(q)}
	f.From, f.To = q.span()
	return f
}
