package httpapi

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

// statsSpan is how far back statistics reach where the caller does not say.
const statsSpan = 7 * 24 * time.Hour

// statsView are the statistics of a span of time.
type statsView struct {
	From     time.Time                      `json:"from"`
	To       time.Time                      `json:"to"`
	Total    int                            `json:"tasks_total"`
	Tasks    map[projection.Status]int      `json:"tasks_by_status"`
	Requests read.Durations                 `json:"requests"`
	Steps    map[events.Step]read.Durations `json:"steps"`
	Lag      *read.Lag                      `json:"lag"`
}

func (a *API) stats(c *fiber.Ctx) error {
	q := queryOf(c)
	from, to := q.span()
	if to.IsZero() {
		to = time.Now().UTC().Truncate(time.Second).Add(time.Second)
	}
	if from.IsZero() {
		from = to.Add(-statsSpan)
	}
	if len(q.faults) == 0 && !from.Before(to) {
		q.fault("from", apierr.EmptySpan)
	}
	if err := q.err(); err != nil {
		return err
	}
	s, lag, err := a.Reads.Reader.Stats(c.UserContext(), from, to)
	if err != nil {
		return err
	}
	v := statsView{From: from, To: to, Tasks: s.Tasks, Requests: s.Requests, Steps: s.Steps, Lag: lag}
	for _, n := range s.Tasks {
		v.Total += n
	}
	return respond(c, fiber.StatusOK, done, v)
}
