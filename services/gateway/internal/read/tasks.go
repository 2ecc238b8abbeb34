package read

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// TaskSummary is a task as lists show it.
type TaskSummary struct {
	ID          string            `db:"id" json:"task_id"`
	Type        string            `db:"task_type" json:"task_type"`
	Status      projection.Status `db:"status" json:"status"`
	Progress    int               `db:"progress" json:"progress"`
	CurrentStep *events.Step      `db:"current_step" json:"current_step"`
	StepStatus  json.RawMessage   `db:"step_status" json:"step_status"` // step → status
	DBName      string            `db:"db_name" json:"db_name"`
	// BusinessContext is its first 200 characters.
	BusinessContext string     `db:"business_context" json:"business_context"`
	OutputDirectory string     `db:"output_directory" json:"output_directory"`
	CreatedBy       string     `db:"created_by" json:"created_by"`
	CreatedAt       time.Time  `db:"created_at" json:"created_at"`
	StartedAt       *time.Time `db:"started_at" json:"started_at"`
	CompletedAt     *time.Time `db:"completed_at" json:"completed_at"`
	// DurationSeconds of the newest request, so far where it still runs.
	DurationSeconds *float64     `db:"duration_seconds" json:"duration_seconds"`
	ErrorType       *string      `db:"error_type" json:"error_type"`
	ErrorClass      *string      `db:"error_class" json:"error_class"`
	ErrorStep       *events.Step `db:"error_step" json:"error_step"`
	ErrorMessage    *string      `db:"error_message" json:"error_message"`
	WarningsCount   int          `db:"warnings_count" json:"warnings_count"`
	Attempt         int          `db:"attempt" json:"attempt"`
}

// TaskFilter chooses tasks. The zero value takes all.
type TaskFilter struct {
	Statuses  []projection.Status
	DBName    string
	CreatedBy string
	From, To  time.Time // created at From or later, before To
	Q         string    // the business context contains it, in any case
}

type taskKey struct {
	CreatedAt time.Time `json:"t"`
	ID        string    `json:"i"`
}

func (t TaskSummary) key() taskKey { return taskKey{t.CreatedAt, t.ID} }

// Tasks returns a page of tasks, the newest first, and how far it is behind.
func (r *Reader) Tasks(ctx context.Context, f TaskFilter, p Paging) (Page[TaskSummary], *Lag, error) {
	s, err := newSpan("tasks", p, TaskSummary.key)
	if err != nil {
		return Page[TaskSummary]{}, nil, err
	}
	args := pgx.NamedArgs{
		"status": f.Statuses, "db_name": optional(f.DBName), "created_by": optional(f.CreatedBy),
		"from": optional(f.From), "to": optional(f.To), "q": containing(f.Q), "rows": s.limit + 1,
	}
	if s.at != nil {
		args["key_time"], args["key_id"] = s.at.Key.CreatedAt, s.at.Key.ID
	}
	var rows []TaskSummary
	lag, err := r.list(ctx, events.StreamPipeline, func(ctx context.Context, tx pgx.Tx) (err error) {
		rows, err = collectPage(ctx, tx, "tasks", s, args)
		return err
	})
	return s.page(rows), lag, err
}

// QueuePosition counts the requests that wait for an executor before a task's
// open request.
func (r *Reader) QueuePosition(ctx context.Context, t projection.Task) (int, error) {
	var before int
	err := r.snapshot(ctx, rowTimeout, func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, query("queue"), t.RequestSeq).Scan(&before)
	})
	return before, err
}
