package read

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// Executions returns every execution of a task at the time of the call, the
// oldest first.
func (r *Reader) Executions(ctx context.Context, taskID string) ([]projection.Execution, error) {
	s := r.load(ctx, taskID, readExecutions)
	all := map[string]projection.Execution{}
	keep := func(list []projection.Execution) {
		for _, x := range list {
			x.StartedAt = x.StartedAt.Truncate(time.Microsecond) // as it is stored: pages go by it
			all[x.ID] = x
		}
	}
	keep(s.executions)
	_, err := r.fold(ctx, taskID, s, func(before, after projection.Task, e events.Event) {
		keep(projection.Executions(before, after, e))
	})
	if err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Values(all), byStart), nil
}

func byStart(a, b projection.Execution) int {
	return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID))
}

type executionRow struct {
	ID           string            `db:"execution_id"`
	Step         string            `db:"execution_step"`
	Status       projection.Status `db:"status"`
	StartedAt    time.Time         `db:"started_at"`
	CompletedAt  *time.Time        `db:"completed_at"`
	Duration     *float64          `db:"duration_seconds"`
	ErrorType    string            `db:"error_type"`
	ErrorClass   string            `db:"error_class"`
	ErrorMessage string            `db:"error_message"`
	Result       json.RawMessage   `db:"execution_result"`
	Attempt      int               `db:"attempt"`
	Forced       bool              `db:"force_executed"`
	FilesCleaned bool              `db:"files_cleaned"`
}

func readExecutions(ctx context.Context, tx pgx.Tx, taskID string, s *stored) error {
	rows, err := collect[executionRow](ctx, tx, "executions", taskID)
	if err != nil {
		return fmt.Errorf("executions: %w", err)
	}
	for _, x := range rows {
		s.executions = append(s.executions, x.execution(taskID))
	}
	return nil
}

func (x executionRow) execution(taskID string) projection.Execution {
	e := projection.Execution{
		TaskID: taskID, ID: x.ID, Step: x.Step, Status: x.Status,
		StartedAt: x.StartedAt, CompletedAt: x.CompletedAt, Result: x.Result,
		Attempt: x.Attempt, Forced: x.Forced, FilesCleaned: x.FilesCleaned,
	}
	if x.Duration != nil {
		e.DurationSeconds = *x.Duration
	}
	if x.ErrorType != "" {
		e.Failure = &events.Failure{ErrorType: x.ErrorType, ErrorClass: x.ErrorClass, Message: x.ErrorMessage}
		if step := events.Step(x.Step); step.Valid() { // of a complete request it is not kept here
			e.Failure.Step = step
		}
	}
	return e
}
