package workflow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// taskConfig is task_config.json: what is being run, with secrets masked.
type taskConfig struct {
	TaskID     string          `json:"task_id"`
	TaskType   string          `json:"task_type"`
	CreatedAt  time.Time       `json:"created_at"`
	CreatedBy  string          `json:"created_by"`
	Parameters json.RawMessage `json:"parameters"`
	RequestSeq uint64          `json:"request_seq"`
	Request    events.Request  `json:"request"`
}

// taskResult is task_result.json.
type taskResult struct {
	Success           bool                            `json:"success"`
	WorkflowSummary   workflowSummary                 `json:"workflow_summary"`
	ProcessingResults map[events.Step]json.RawMessage `json:"processing_results"`
	FinalOutputs      finalOutputs                    `json:"final_outputs"`
	Error             *taskError                      `json:"error,omitempty"`
}

type workflowSummary struct {
	TotalDurationSeconds float64       `json:"total_duration_seconds"`
	CompletedSteps       []events.Step `json:"completed_steps"`
	TotalSteps           int           `json:"total_steps"`
	// FailedTables are those of the list that could not be read: a task with some
	// is a success for the others only.
	FailedTables int `json:"failed_tables,omitzero"`
}

type finalOutputs struct {
	PrimaryOutputFile  string `json:"primary_output_file"`
	FinalQuestionCount int    `json:"final_question_count"`
}

type taskError struct {
	Message    string      `json:"message"`
	FailedStep events.Step `json:"failed_step"`
}

// newTaskResult says what became of a task, over all steps that are completed.
func newTaskResult(t projection.Task, status projection.Status, failure *events.Failure, now time.Time) taskResult {
	r := taskResult{
		Success:           status == projection.Completed || status == projection.PartialCompleted,
		ProcessingResults: map[events.Step]json.RawMessage{},
		WorkflowSummary:   workflowSummary{CompletedSteps: []events.Step{}, TotalSteps: len(events.Steps())},
		FinalOutputs:      newFinalOutputs(t),
	}
	if t.StartedAt != nil {
		r.WorkflowSummary.TotalDurationSeconds = max(0, now.Sub(*t.StartedAt).Seconds())
	}
	for _, name := range events.Steps() {
		if s := t.Steps[name]; s.Status == projection.Completed {
			r.WorkflowSummary.CompletedSteps = append(r.WorkflowSummary.CompletedSteps, name)
			r.ProcessingResults[name] = s.Result
		}
	}
	r.WorkflowSummary.FailedTables = failedTables(t)
	if failure != nil {
		r.Error = &taskError{Message: failure.Message, FailedStep: failure.Step}
	}
	return r
}

// failedTables reads off ddl_generation's result how many tables failed.
func failedTables(t projection.Task) int {
	var read struct {
		Failed int `json:"failed"`
	}
	_ = json.Unmarshal(t.Steps[events.StepDDL].Result, &read) // absent before the step
	return read.Failed
}

// newFinalOutputs reads the pair file and the number of its pairs off the
// results of the steps, whose keys are part of the format.
func newFinalOutputs(t projection.Task) finalOutputs {
	var made struct {
		OutputFile     string `json:"output_file"`
		TotalQuestions int    `json:"total_questions"`
	}
	var judged struct {
		Changes struct {
			Deleted int `json:"deleted"`
		} `json:"file_modification_stats"`
	}
	_ = json.Unmarshal(t.Steps[events.StepQA].Result, &made)           // absent before the step
	_ = json.Unmarshal(t.Steps[events.StepValidation].Result, &judged) // as above
	return finalOutputs{PrimaryOutputFile: made.OutputFile, FinalQuestionCount: max(0, made.TotalQuestions-judged.Changes.Deleted)}
}

// encode renders the result as the file and the closing event carry it: whole,
// or with the steps' results fitted to what an event may hold.
func (r taskResult) encode() (json.RawMessage, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("task_result.json: %w", err)
	}
	if len(raw) <= events.MaxResult {
		return raw, nil
	}
	for name, result := range r.ProcessingResults {
		r.ProcessingResults[name] = fit(result, events.MaxResult/(len(events.Steps())+1))
	}
	if raw, err = json.Marshal(r); err != nil {
		return nil, fmt.Errorf("task_result.json: %w", err)
	}
	return raw, nil
}

// fit shortens the lists of a JSON object until it has at most limit bytes, and
// says of each how long it was: "failed_tables_total". The whole object stays
// in the step's file.
func fit(raw json.RawMessage, limit int) json.RawMessage {
	var object map[string]json.RawMessage
	if len(raw) <= limit || json.Unmarshal(raw, &object) != nil {
		return raw
	}
	for len(raw) > limit {
		name, list := longest(object)
		if len(list) == 0 {
			return json.RawMessage(`{"truncated":true}`)
		}
		if _, ok := object[name+"_total"]; !ok {
			object[name+"_total"] = mustMarshal(len(list))
		}
		object[name] = mustMarshal(list[:len(list)/2])
		raw = mustMarshal(object)
	}
	return raw
}

// longest returns the largest list of an object.
func longest(object map[string]json.RawMessage) (name string, list []json.RawMessage) {
	for key, raw := range object {
		var candidate []json.RawMessage
		if json.Unmarshal(raw, &candidate) == nil && len(candidate) > 0 && (list == nil || len(raw) > len(object[name])) {
			name, list = key, candidate
		}
	}
	return name, list
}

// mustMarshal is for values that always marshal: numbers, and JSON as it was
// read.
func mustMarshal(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// indent renders JSON as people read it.
func indent(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("indent: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
