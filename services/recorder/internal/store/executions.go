package store

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

func byExecutionID(a, b projection.Execution) int { return cmp.Compare(a.ID, b.ID) }

func queueExecutions(batch *pgx.Batch, rows []projection.Execution) {
	if len(rows) == 0 {
		return
	}
	type execution = projection.Execution
	batch.Queue(query("executions_upsert"), pgx.NamedArgs{
		"execution_id":     column(rows, func(x execution) string { return text(x.ID) }),
		"task_id":          column(rows, func(x execution) string { return x.TaskID }),
		"execution_step":   column(rows, func(x execution) string { return x.Step }),
		"status":           column(rows, func(x execution) string { return string(x.Status) }),
		"started_at":       column(rows, func(x execution) time.Time { return x.StartedAt }),
		"completed_at":     column(rows, func(x execution) *time.Time { return x.CompletedAt }),
		"duration_seconds": column(rows, duration),
		"error_type":       column(rows, func(x execution) *string { return null(executionFailure(x).ErrorType) }),
		"error_class":      column(rows, func(x execution) *string { return null(executionFailure(x).ErrorClass) }),
		"error_message":    column(rows, func(x execution) *string { return null(executionFailure(x).Message) }),
		"execution_result": column(rows, func(x execution) json.RawMessage { return jsonb(x.Result) }),
		"attempt":          column(rows, func(x execution) int32 { return integer(x.Attempt) }),
		"force_executed":   column(rows, func(x execution) bool { return x.Forced }),
		"files_cleaned":    column(rows, func(x execution) bool { return x.FilesCleaned }),
	})
}

// duration is nil while the execution runs.
func duration(x projection.Execution) *float64 {
	if x.CompletedAt == nil {
		return nil
	}
	return &x.DurationSeconds
}

func executionFailure(x projection.Execution) events.Failure {
	if x.Failure == nil {
		return events.Failure{}
	}
	return *x.Failure
}
