package httpapi

import (
	"encoding/json"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// taskView is a task as GET /tasks/{id} shows it. What is not there is null.
type taskView struct {
	ID            string            `json:"task_id"`
	Type          string            `json:"task_type"`
	Status        projection.Status `json:"status"`
	Progress      int               `json:"progress"`
	CurrentStep   *events.Step      `json:"current_step"`
	QueuePosition *int              `json:"queue_position"`
	Parameters    any               `json:"parameters"`
	Result        json.RawMessage   `json:"result"`
	WarningsCount int               `json:"warnings_count"`
	failureView
	ErrorStep       *events.Step    `json:"error_step"`
	Steps           []stepView      `json:"step_details"`
	DBName          string          `json:"db_name"`
	BusinessContext string          `json:"business_context"`
	OutputDirectory string          `json:"output_directory"`
	ExecutionMode   string          `json:"execution_mode"`
	Language        events.Language `json:"language"`
	CreatedBy       string          `json:"created_by"`
	CreatedAt       time.Time       `json:"created_at"`
	RequestedAt     time.Time       `json:"requested_at"`
	StartedAt       *time.Time      `json:"started_at"`
	CompletedAt     *time.Time      `json:"completed_at"`
	DurationSeconds *float64        `json:"duration_seconds"`
	Attempt         int             `json:"attempt"`
	CancelRequested bool            `json:"cancel_requested"`
	ScanComplete    bool            `json:"scan_complete"`
	// StreamPosition is the sequence in PIPELINE of the task's last event, from
	// which its events can be followed.
	StreamPosition uint64 `json:"stream_position"`
}

// stepView is a step of a task.
type stepView struct {
	Step            events.Step       `json:"step"`
	Status          projection.Status `json:"status"`
	Progress        int               `json:"progress"`
	Done            int               `json:"done"`
	Total           int               `json:"total"`
	StartedAt       *time.Time        `json:"started_at"`
	CompletedAt     *time.Time        `json:"completed_at"`
	DurationSeconds *float64          `json:"duration_seconds"`
	failureView
	WarningsCount int             `json:"warnings_count"`
	SkipReason    *string         `json:"skip_reason"`
	ExecutionID   *string         `json:"execution_id"`
	Attempt       int             `json:"attempt"`
	Result        json.RawMessage `json:"result"`
}

// failureView is why something failed.
type failureView struct {
	ErrorType    *string `json:"error_type"`
	ErrorClass   *string `json:"error_class"`
	ErrorMessage *string `json:"error_message"`
}

func viewFailure(f *events.Failure) failureView {
	if f == nil {
		return failureView{}
	}
	return failureView{&f.ErrorType, &f.ErrorClass, &f.Message}
}

// viewTask shows a task at a time; queue is null unless it waits.
func viewTask(t projection.Task, queue *int, now time.Time) taskView {
	v := taskView{
		ID: t.ID, Type: t.Type, Status: t.Status, Progress: t.Progress(), CurrentStep: orNull(t.CurrentStep),
		QueuePosition: queue, Parameters: currentParameters(t), Result: t.Result,
		WarningsCount: t.Warnings(), failureView: viewFailure(t.Failure),
		DBName: t.DBName, BusinessContext: t.BusinessContext, OutputDirectory: t.OutputDirectory,
		ExecutionMode: t.Request.ExecutionMode, Language: t.Request.Language,
		CreatedBy: t.CreatedBy, CreatedAt: stored(t.CreatedAt), RequestedAt: stored(t.RequestedAt),
		StartedAt: storedOrNull(t.StartedAt), CompletedAt: storedOrNull(t.CompletedAt), DurationSeconds: elapsed(t.StartedAt, t.CompletedAt, now),
		Attempt: t.Attempt, CancelRequested: t.CancelRequested, ScanComplete: t.ScanComplete, StreamPosition: t.LastSeq,
	}
	if t.Failure != nil {
		v.ErrorStep = orNull(t.Failure.Step)
	}
	for _, name := range events.Steps() {
		v.Steps = append(v.Steps, viewStep(name, t.Steps[name], now))
	}
	return v
}

func viewStep(name events.Step, s projection.Step, now time.Time) stepView {
	return stepView{
		Step: name, Status: s.Status, Progress: s.Progress, Done: s.Done, Total: s.Total,
		StartedAt: storedOrNull(s.StartedAt), CompletedAt: storedOrNull(s.CompletedAt), DurationSeconds: elapsed(s.StartedAt, s.CompletedAt, now),
		failureView: viewFailure(s.Failure), WarningsCount: s.Warnings, SkipReason: orNull(s.SkipReason),
		ExecutionID: orNull(s.ExecutionID), Attempt: s.Attempt, Result: s.Result,
	}
}

// currentParameters are the task's parameters with the connection and the
// options of its newest request, which may have named others.
func currentParameters(t projection.Task) any {
	var all map[string]any
	if err := json.Unmarshal(t.Parameters, &all); err != nil || all == nil {
		return t.Parameters
	}
	delete(all, "db_connection")
	delete(all, "connection_name")
	if now := t.Request.Connection; now.Name != "" {
		all["connection_name"] = now.Name
	} else if now.Masked != "" {
		all["db_connection"] = now.Masked
	}
	options, err := json.Marshal(viewOptions(t.Request.Options))
	if err != nil || json.Unmarshal(options, &all) != nil {
		return t.Parameters
	}
	return all
}

// stored is a time as the tables keep it, so that one task shows the times that
// lists show: a whole number of microseconds.
func stored(t time.Time) time.Time { return t.Truncate(time.Microsecond) }

func storedOrNull(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	cut := stored(*t)
	return &cut
}

// elapsed is the time in seconds from a start to an end, or to now; null
// without a start.
func elapsed(start, end *time.Time, now time.Time) *float64 {
	if start == nil {
		return nil
	}
	if end == nil {
		end = &now
	}
	seconds := max(0, stored(*end).Sub(stored(*start)).Seconds())
	return &seconds
}
