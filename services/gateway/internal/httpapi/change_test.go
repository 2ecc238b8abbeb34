package httpapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

func (w *writer) publish(d events.Data) {
	w.t.Helper()
	if _, err := w.broker.Publish(w.t.Context(), events.New("test", d)); err != nil {
		w.t.Fatal(err)
	}
}

// tablesFile is the file that says which tables a task has.
var tablesFile = events.File{Name: "schema_snapshot.json", Size: 7, SHA256: hashOf("catalogue")}

var manifests = map[events.Step][]events.File{events.StepDDL: {tablesFile}}

// ended is a task of which a run is over that completed the steps.
func (w *writer) ended(steps ...events.Step) string {
	w.t.Helper()
	id, run := w.started()
	for _, s := range steps {
		now := time.Now()
		x := events.Execution{Run: run, Step: s, ExecutionID: events.ExecutionID(id, string(s), now), StartedAt: now}
		w.publish(&events.StepCompleted{Execution: x, CompletedAt: now, Result: json.RawMessage(`{}`), Manifest: manifests[s]})
	}
	w.publish(&events.TaskPartialCompleted{Closing: events.Closing{Run: run}})
	return id
}

// started is a task that runs.
func (w *writer) started() (string, events.Run) {
	w.t.Helper()
	r := w.do("POST", Prefix+"/tasks", task(nil))
	if r.status != 201 {
		w.t.Fatalf("%d %s", r.status, r.body)
	}
	run := events.Run{TaskID: r.text("task_id"), Request: uint64(r.data["stream_position"].(float64)), Attempt: 1}
	w.publish(&events.TaskStarted{Run: run, Executor: "executor-1"})
	return run.TaskID, run
}

func address(id, action string) string {
	return strings.TrimSuffix(Prefix+"/tasks/"+id+"/"+action, "/")
}

func TestExecuteTask(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id := w.ended(events.StepDDL)
	for body, want := range map[string]string{
		`{"execution_mode":"single","step_name":"ddl_md_generation"}`:               "409 step_already_completed",
		`{"execution_mode":"single","single_step":4}`:                               "409 step_not_ready",
		`{"execution_mode":"single"}`:                                               "400 validation_failed /step_name:required",
		`{"execution_mode":"single","step_name":"qa_generation","single_step":2}`:   "400 validation_failed /single_step:only_one_of",
		`{"execution_mode":"complete","single_step":2}`:                             "400 validation_failed /single_step:step_without_single_mode",
		`{"step_name":"nothing","force_execution":1,"db_connection":"x","extra":0}`: "400 validation_failed /step_name:unknown_step /step_name:step_without_single_mode /force_execution:wrong_type /db_connection:invalid_connection_string /extra:unknown_field",
		`{"db_connection":"` + secretDSN + `","connection_name":"shop"}`:            "400 validation_failed /connection_name:only_one_of",
	} {
		if r := w.do("POST", address(id, "execute"), body); r.summary() != want {
			t.Errorf("%s:\n got %s\nwant %s", body, r.summary(), want)
		}
	}
	r := w.do("POST", address(id, "execute"), `{"execution_mode":"single","single_step":2,"clean_existing_files":true}`)
	if r.status != 202 || r.text("status") != "pending" || r.text("execution_mode") != "single" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.do("POST", address(id, "execute"), ""); r.summary() != "409 task_running" {
		t.Errorf("while it waits: %s", r.body)
	}
}

// summary is the status and what is wrong.
func (r reply) summary() string {
	status, _ := json.Marshal(r.status)
	return string(status) + " " + r.outline()
}

func TestExecuteTaskWithoutABodyRunsTheRest(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id := w.ended(events.StepDDL)
	r := w.do("POST", address(id, "execute"), "")
	steps, _ := json.Marshal(r.data["steps"])
	if r.status != 202 || string(steps) != `["qa_generation","sql_validation","training_load"]` {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// A further request changes the options that it names; those after it keep them.
func TestExecuteTaskChangesOptions(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id := w.ended(events.StepDDL)
	options := func() (last events.Options) {
		if err := w.broker.History(t.Context(), id, 0, func(e events.Event) error {
			if r, ok := e.Data.(events.TaskRequest); ok {
				last = r.Order().Options
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return last
	}
	before := options()
	for _, body := range []string{`{"load_approved_only":true,"masking":"off","themes":3}`, `{"themes":4}`, ``} {
		if r := w.do("POST", address(id, "execute"), body); r.status != 202 {
			t.Fatalf("%s: %d %s", body, r.status, r.body)
		}
		w.do("POST", address(id, "cancel"), "")
	}
	want := before
	want.LoadApprovedOnly, want.Masking, want.Themes = true, events.MaskOff, 4
	if got := options(); got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

func TestCancelTask(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	id, _ := w.started()
	r := w.do("POST", address(id, "cancel"), `{"reason":"wrong database"}`)
	if r.status != 202 || r.data["cancel_requested"] != true || r.text("status") != "in_progress" {
		t.Errorf("%d %s", r.status, r.body)
	}
	over := w.ended()
	for path, want := range map[string]string{
		address(over, "cancel"):                   "409 task_not_running",
		address("task_20200101_000000", "cancel"): "404 task_not_found",
		address("task_1", "cancel"):               "400 invalid_task_id",
	} {
		if r := w.do("POST", path, ""); r.summary() != want {
			t.Errorf("%s: %s, want %s", path, r.summary(), want)
		}
	}
	if r := w.do("POST", address(over, "cancel"), `{"why":1}`); r.summary() != "400 validation_failed /why:unknown_field" {
		t.Errorf("%s", r.body)
	}
}

func TestEventsBelongToTheTraceOfTheirCall(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	parent := func(n int) string { return fmt.Sprintf("00-4bf92f3577b34da6a3ce929d0e0e4736-%016x-01", n) }
	id := w.do("POST", Prefix+"/tasks", task(nil), "traceparent", parent(1), "Idempotency-Key", "k").text("task_id")
	w.do("POST", Prefix+"/tasks", task(nil), "traceparent", parent(9), "Idempotency-Key", "k") // gives the same task
	w.do("POST", address(id, "cancel"), "", "traceparent", parent(2))
	w.do("POST", address(id, "execute"), "", "traceparent", parent(3))
	run := events.Run{TaskID: id, Request: 3, Attempt: 1}
	w.publish(&events.TaskStarted{Run: run, Executor: "executor-1"})
	w.do("DELETE", address(id, "")+"?force=true", "", "traceparent", parent(4))
	var got []string
	err := w.broker.History(t.Context(), id, 0, func(e events.Event) error {
		got = append(got, string(e.Type())+" "+e.TraceParent)
		return nil
	})
	want := []string{
		string(events.TypeTaskCreated) + " " + parent(1), string(events.TypeTaskCancelRequested) + " " + parent(2),
		string(events.TypeTaskExecutionRequested) + " " + parent(3), string(events.TypeTaskStarted) + " ",
		string(events.TypeTaskCancelRequested) + " " + parent(4), string(events.TypeTaskDeleted) + " " + parent(4),
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n got %q\nwant %q", err, got, want)
	}
}

func TestDeleteTask(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	running, _ := w.started()
	over := w.ended()
	for _, c := range []struct{ path, want string }{
		{address(running, ""), "409 task_running"},
		{address(running, "") + "?force=perhaps", "400 validation_failed ?force:not_one_of"},
		{address(running, "") + "?force=true&training_data=true", "202 "},
		{address(running, "") + "?force=true", "404 task_not_found"},
		{address(over, ""), "200 "},
		{address(over, ""), "404 task_not_found"},
	} {
		if r := w.do("DELETE", c.path, ""); r.summary() != c.want {
			t.Errorf("%s: %s, want %s", c.path, r.summary(), c.want)
		}
	}
	for _, id := range []string{running, over} {
		if r := w.do("POST", address(id, "execute"), ""); r.summary() != "404 task_not_found" {
			t.Errorf("execute %s after it was deleted: %s", id, r.body)
		}
	}
}
