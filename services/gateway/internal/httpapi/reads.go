package httpapi

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/services/gateway/internal/live"
	"github.com/citu/datapipeline/services/gateway/internal/monitor"
	"github.com/citu/datapipeline/services/gateway/internal/outputs"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

// Reads is what the calls that only read are made of.
type Reads struct {
	Reader  *read.Reader
	Hub     *live.Hub
	Files   *outputs.Store
	Pairs   *pairlist.Book
	Monitor *monitor.Monitor

	// Downloads allows the contents of files to be fetched, of which none may be
	// larger than MaxDownload bytes.
	Downloads   bool
	MaxDownload int64

	// Heartbeat is the time between two signs of life of an event stream; 0
	// means ten seconds. Patience is how long an answer waits for a caller who
	// takes nothing; 0 means thirty seconds.
	Heartbeat, Patience time.Duration
}

// routeReads registers the calls that only read.
func (a *API) routeReads(calls fiber.Router) {
	calls.Get("/tasks", a.listTasks)
	calls.Get("/tasks/active", a.activeTasks)
	calls.Get("/tasks/:id", a.getTask)
	calls.Get("/tasks/:id/logs", a.listLogs)
	calls.Get("/tasks/:id/executions", a.listExecutions)
	calls.Get("/tasks/:id/files", a.listFiles)
	calls.Get("/tasks/:id/files/download/:name", noQuery, a.download)
	calls.Get("/tasks/:id/files/archive", a.archive)
	calls.Get("/tasks/:id/files/integrity", noQuery, a.integrity)
	calls.Get("/tasks/:id/pairs", a.listPairs)
	calls.Get("/tasks/:id/events", a.taskEvents)
	calls.Get("/events", a.allEvents)
	calls.Get("/stats", a.stats)
	calls.Get("/monitor/status", noQuery, a.monitorStatus)
}

// listing is a page of a list under the list's own name; null cursors where
// there is no page beside it.
func listing[T any](name string, p read.Page[T]) fiber.Map {
	items := p.Items
	if items == nil {
		items = []T{}
	}
	return fiber.Map{name: items, "next_cursor": orNull(p.Next), "prev_cursor": orNull(p.Prev)}
}

// orNull is null in place of an empty text.
func orNull[S ~string](s S) *S {
	if s == "" {
		return nil
	}
	return &s
}

// mapped is a page of what f makes of the items.
func mapped[T, U any](p read.Page[T], f func(T) U) read.Page[U] {
	items := make([]U, len(p.Items))
	for i, item := range p.Items {
		items[i] = f(item)
	}
	return read.Page[U]{Items: items, Next: p.Next, Prev: p.Prev}
}
