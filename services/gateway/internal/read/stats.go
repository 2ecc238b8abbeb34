package read

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// Stats are counts and durations over a span of time.
type Stats struct {
	// Tasks counts those created in the span by their status now.
	Tasks map[projection.Status]int
	// Requests are the complete requests that ended in the span; Steps the
	// executions of each step.
	Requests Durations
	Steps    map[events.Step]Durations
}

// Durations are about executions that ended in a span. The durations are those
// of the completed ones, nil where there is none.
type Durations struct {
	Step       string   `db:"step" json:"-"`
	Executions int      `db:"executions" json:"executions"`
	Completed  int      `db:"completed" json:"completed"`
	Failed     int      `db:"failed" json:"failed"`
	Cancelled  int      `db:"cancelled" json:"cancelled"`
	Avg        *float64 `db:"avg_seconds" json:"avg_seconds"`
	P50        *float64 `db:"p50_seconds" json:"p50_seconds"`
	P95        *float64 `db:"p95_seconds" json:"p95_seconds"`
}

type taskCount struct {
	Status projection.Status `db:"status"`
	Tasks  int               `db:"tasks"`
}

// Stats returns the statistics from a time on, up to and without another, and
// how far they are behind.
func (r *Reader) Stats(ctx context.Context, from, to time.Time) (Stats, *Lag, error) {
	var counts []taskCount
	var durations []Durations
	lag, err := r.list(ctx, events.StreamPipeline, func(ctx context.Context, tx pgx.Tx) (err error) {
		if counts, err = collect[taskCount](ctx, tx, "task_counts", from, to); err != nil {
			return err
		}
		durations, err = collect[Durations](ctx, tx, "durations", from, to)
		return err
	})
	return stats(counts, durations), lag, err
}

// stats names every status and step, those of which there is nothing too.
func stats(counts []taskCount, durations []Durations) Stats {
	s := Stats{Tasks: map[projection.Status]int{}, Steps: map[events.Step]Durations{}}
	for _, status := range projection.Statuses() {
		s.Tasks[status] = 0
	}
	for _, c := range counts {
		s.Tasks[c.Status] = c.Tasks
	}
	for _, step := range events.Steps() {
		s.Steps[step] = Durations{}
	}
	for _, d := range durations {
		if d.Step == projection.StepComplete {
			s.Requests = d
			continue
		}
		s.Steps[events.Step(d.Step)] = d
	}
	return s
}
