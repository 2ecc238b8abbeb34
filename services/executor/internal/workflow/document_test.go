package workflow

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/testkit"
)

var start = time.Date(2025, 7, 1, 14, 30, 52, 0, time.UTC)

// after is a task whose steps have a state each; the missing ones are pending.
func after(states map[events.Step]projection.Status) projection.Task {
	t := projection.Task{
		Status: projection.InProgress, RequestSeq: 1, Attempt: 1, StartedAt: &start,
		Request: events.Request{Steps: events.Steps()}, Steps: map[events.Step]projection.Step{},
	}
	for _, name := range events.Steps() {
		t.Steps[name] = projection.Step{Status: projection.Pending}
	}
	for name, status := range states {
		t.Steps[name] = projection.Step{Status: status, RequestSeq: 1, Attempt: 1}
	}
	return t
}

var allDone = map[events.Step]projection.Status{
	events.StepDDL: projection.Completed, events.StepQA: projection.Completed,
	events.StepValidation: projection.Completed, events.StepLoad: projection.Completed,
}

func TestVerdict(t *testing.T) {
	failure := &events.Failure{ErrorType: "x"}
	half := map[events.Step]projection.Status{events.StepDDL: projection.Completed}
	for _, c := range []struct {
		name      string
		states    map[events.Step]projection.Status
		requested []events.Step
		cancelled bool
		failure   *events.Failure
		want      projection.Status
	}{
		{"all done", allDone, events.Steps(), false, nil, projection.Completed},
		{"what was asked for is done", half, []events.Step{events.StepDDL}, false, nil, projection.PartialCompleted},
		{"done, and cancelled too late", allDone, events.Steps(), true, nil, projection.Completed},
		{"done, and too late at that", allDone, events.Steps(), false, failure, projection.Completed},
		{"failed", half, events.Steps(), false, failure, projection.Failed},
		{"cancelled", half, events.Steps(), true, nil, projection.Cancelled},
		{"cancelled while failing", half, events.Steps(), true, failure, projection.Cancelled},
		{"told to stop by its own program", half, events.Steps(), false, nil, projection.Cancelled},
	} {
		task := after(c.states)
		task.Request.Steps, task.CancelRequested = c.requested, c.cancelled
		if got := verdict(task, c.failure); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestTaskResult(t *testing.T) {
	done := after(allDone)
	done.Steps[events.StepQA] = projection.Step{Status: projection.Completed,
		Result: json.RawMessage(`{"output_file":"qs_shop_20250701_143052_pair.json","total_questions":50}`)}
	done.Steps[events.StepValidation] = projection.Step{Status: projection.Completed,
		Result: json.RawMessage(`{"original_sql_count":50,"file_modification_stats":{"modified":0,"deleted":3,"failed_modifications":0}}`)}
	failed := after(map[events.Step]projection.Status{events.StepDDL: projection.Failed})
	for _, c := range []struct {
		name    string
		task    projection.Task
		status  projection.Status
		failure *events.Failure
	}{
		{"completed", done, projection.Completed, nil},
		{"failed", failed, projection.Failed, &events.Failure{ErrorType: "table_not_found", Message: "no such table", Step: events.StepDDL}},
	} {
		raw, err := newTaskResult(c.task, c.status, c.failure, start.Add(90*time.Second)).encode()
		if err != nil {
			t.Fatal(err)
		}
		text, err := indent(raw)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Golden(t, "testdata/task_result_"+c.name+".json", text)
	}
}

// A task that could not read all tables of its list says so at a glance.
func TestTaskResultCountsTheTablesThatFailed(t *testing.T) {
	task := after(allDone)
	task.Steps[events.StepDDL] = projection.Step{Status: projection.Completed, Result: json.RawMessage(`{"total_tables":28,"failed":25}`)}
	raw, err := newTaskResult(task, projection.Completed, nil, start).encode()
	if err != nil || !strings.Contains(string(raw), `"total_steps":4,"failed_tables":25`) {
		t.Errorf("%v: %s", err, raw)
	}
}

func TestAResultThatNoEventCanHoldIsShortened(t *testing.T) {
	rows := make([]string, 5000)
	for i := range rows {
		rows[i] = fmt.Sprintf("table %d: %s", i, strings.Repeat("x", 100))
	}
	big, err := json.Marshal(map[string]any{"failed_tables": rows, "total_tables": 5000})
	if err != nil {
		t.Fatal(err)
	}
	task := after(allDone)
	for name := range task.Steps {
		task.Steps[name] = projection.Step{Status: projection.Completed, Result: big}
	}
	raw, err := newTaskResult(task, projection.Completed, nil, start).encode()
	if err != nil || len(raw) > events.MaxResult || !strings.Contains(string(raw), `"failed_tables_total":5000`) {
		t.Errorf("%d bytes, %v: %.300s", len(raw), err, raw)
	}
}

func TestFitKeepsObjectsValidAndWithinTheirLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		object := rapid.MapOf(rapid.StringMatching(`[a-z]{1,6}`), rapid.SliceOfN(rapid.String(), 0, 50)).Draw(t, "object")
		raw, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		limit := rapid.IntRange(64, 4096).Draw(t, "limit")
		got := fit(raw, limit)
		if len(got) > limit || !json.Valid(got) {
			t.Fatalf("limit %d: %d bytes: %s", limit, len(got), got)
		}
	})
}
