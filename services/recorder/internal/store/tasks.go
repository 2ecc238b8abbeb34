package store

import (
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// queueTasks writes whole rows: whatever stood there is replaced.
func queueTasks(batch *pgx.Batch, rows []folded) {
	if len(rows) == 0 {
		return
	}
	batch.Queue(query("tasks_upsert"), pgx.NamedArgs{
		"id":               column(rows, func(t folded) string { return t.ID }),
		"task_type":        column(rows, func(t folded) string { return text(t.Type) }),
		"status":           column(rows, func(t folded) string { return string(t.Status) }),
		"parameters":       column(rows, func(t folded) json.RawMessage { return jsonb(t.Parameters) }),
		"result":           column(rows, func(t folded) json.RawMessage { return jsonb(t.Result) }),
		"error_type":       column(rows, func(t folded) *string { return null(t.failure().ErrorType) }),
		"error_class":      column(rows, func(t folded) *string { return null(t.failure().ErrorClass) }),
		"error_step":       column(rows, func(t folded) *string { return null(t.failure().Step) }),
		"error_message":    column(rows, func(t folded) *string { return null(t.failure().Message) }),
		"progress":         column(rows, func(t folded) int32 { return integer(t.Progress()) }),
		"current_step":     column(rows, func(t folded) *string { return null(t.CurrentStep) }),
		"step_status":      column(rows, folded.stepStatus),
		"step_stats":       column(rows, folded.stepStats),
		"warnings_count":   column(rows, func(t folded) int32 { return integer(t.Warnings()) }),
		"created_at":       column(rows, func(t folded) time.Time { return t.CreatedAt }),
		"started_at":       column(rows, func(t folded) *time.Time { return t.StartedAt }),
		"completed_at":     column(rows, func(t folded) *time.Time { return t.CompletedAt }),
		"created_by":       column(rows, func(t folded) string { return text(t.CreatedBy) }),
		"output_directory": column(rows, func(t folded) string { return text(t.OutputDirectory) }),
		"db_name":          column(rows, func(t folded) string { return text(t.DBName) }),
		"business_context": column(rows, func(t folded) string { return text(t.BusinessContext) }),
		"request_seq":      column(rows, func(t folded) int64 { return bigint(t.RequestSeq) }),
		"requested_at":     column(rows, func(t folded) time.Time { return t.RequestedAt }),
		"request_closed":   column(rows, func(t folded) bool { return t.RequestClosed }),
		"cancel_requested": column(rows, func(t folded) bool { return t.CancelRequested }),
		"attempt":          column(rows, func(t folded) int32 { return integer(t.Attempt) }),
		"scan_complete":    column(rows, func(t folded) bool { return t.ScanComplete }),
		"log_sequence":     column(rows, func(t folded) int64 { return bigint(t.LogSequence) }),
		"last_seq":         column(rows, func(t folded) int64 { return bigint(t.LastSeq) }),
		"updated_at":       column(rows, func(t folded) time.Time { return t.updatedAt }),
		"state":            column(rows, folded.state),
	})
}

// failure is the task's failure, empty where there is none.
func (t folded) failure() events.Failure {
	if t.Failure == nil {
		return events.Failure{}
	}
	return *t.Failure
}

func (t folded) stepStatus() json.RawMessage {
	status := map[events.Step]projection.Status{}
	for name, s := range t.Steps {
		status[name] = s.Status
	}
	return document(status)
}

// stepStat is what SQL readers want to know of a step.
type stepStat struct {
	Progress        int        `json:"progress"`
	Done            int        `json:"done"`
	Total           int        `json:"total"`
	Warnings        int        `json:"warnings"`
	Attempt         int        `json:"attempt"`
	StartedAt       *time.Time `json:"started_at"`
	CompletedAt     *time.Time `json:"completed_at"`
	DurationSeconds float64    `json:"duration_seconds"`
}

func (t folded) stepStats() json.RawMessage {
	stats := map[events.Step]stepStat{}
	for name, s := range t.Steps {
		stats[name] = stepStat{s.Progress, s.Done, s.Total, s.Warnings, s.Attempt, s.StartedAt, s.CompletedAt, s.DurationSeconds}
	}
	return document(stats)
}

// state is the fold's memory without what has a column for itself.
func (t folded) state() json.RawMessage {
	bare := t.Task
	bare.Parameters, bare.Result, bare.BusinessContext, bare.Request.BusinessContext = nil, nil, "", ""
	return jsonb(document(bare))
}
