package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/read"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

func TestTaskIsShownWhileNobodyRecords(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	got := r.get(path(task, ""))
	if got.status != 200 || got.data["status"] != "pending" || got.data["queue_position"] != 0.0 || got.data["progress"] != 0.0 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if strings.Contains(string(got.body), story.Sealed) {
		t.Error("the answer holds ciphertext")
	}
	task.Begin().Step(events.StepDDL)
	x := task.StartStep(events.StepQA)
	failure := events.Failure{ErrorType: "db_unreachable", ErrorClass: events.ClassDatabase, Message: "gone <away>", Step: events.StepQA}
	task.Publish(&events.StepFailed{Execution: x, CompletedAt: x.StartedAt.Add(time.Second), DurationSeconds: 1, Failure: failure})
	task.Publish(&events.TaskFailed{Closing: task.Closing(), Failure: failure})
	got = r.get(path(task, ""))
	for field, want := range map[string]any{
		"status": "failed", "progress": 40.0, "current_step": nil, "queue_position": nil, "warnings_count": 1.0,
		"error_type": "db_unreachable", "error_class": "database", "error_step": "qa_generation", "error_message": "gone <away>",
		"created_by": "ann", "db_name": "shop", "attempt": 1.0, "duration_seconds": 6.0, "execution_mode": "complete",
	} {
		if got.data[field] != want {
			t.Errorf("%s is %v, want %v", field, got.data[field], want)
		}
	}
	steps, _ := got.data["step_details"].([]any)
	if len(steps) != 4 {
		t.Fatalf("steps %v", steps)
	}
	qa, _ := steps[1].(map[string]any)
	if qa["step"] != "qa_generation" || qa["status"] != "failed" || qa["execution_id"] != x.ExecutionID || qa["duration_seconds"] != 1.0 {
		t.Errorf("step %v", qa)
	}
}

// A task that runs again elsewhere shows where it runs, whether or not its new
// request is recorded.
func TestTaskShowsTheConnectionAndOptionsOfItsNewestRequest(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create().Begin().Complete()
	for _, c := range []events.Connection{
		{Sealed: story.Sealed, Masked: "postgres://reader:***@elsewhere/shop"},
		{Name: "shop"},
		{Sealed: story.Sealed, Masked: "postgres://reader:***@db/shop"},
	} {
		task.Execute(c).Begin().Complete()
		p, _ := r.get(path(task, "")).data["parameters"].(map[string]any)
		masked, _ := p["db_connection"].(string)
		name, _ := p["connection_name"].(string)
		if masked != c.Masked || name != c.Name || p["business_context"] != "网店 orders" {
			t.Errorf("%+v: parameters %v", c, p)
		}
		if p["enable_llm_repair"] != true || p["masking"] != "mask" || p["themes"] != 5.0 || p["load_approved_only"] != false {
			t.Errorf("not all options are shown: %v", p)
		}
	}
}

// The stream knows nanoseconds, the tables microseconds; callers see one time.
func TestTimesAreTheSameEverywhere(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart.Add(123456789*time.Nanosecond)).Create().Begin().Step(events.StepDDL).Complete()
	alone, before := r.get(path(task, "")).data, executions(r, task)
	r.Record()
	r.Recorded()
	listed := r.get(Prefix + "/tasks").data["tasks"].([]any)[0].(map[string]any)
	for _, name := range []string{"created_at", "started_at", "completed_at"} {
		one, other := instant(t, alone[name]), instant(t, listed[name])
		if !one.Equal(other) || one.Nanosecond()%1000 != 0 {
			t.Errorf("%s is %v alone and %v in the list", name, alone[name], listed[name])
		}
	}
	if alone["duration_seconds"] != listed["duration_seconds"] {
		t.Errorf("it took %v alone and %v in the list", alone["duration_seconds"], listed["duration_seconds"])
	}
	after := executions(r, task)
	if len(before) == 0 || len(before) != len(after) {
		t.Fatalf("executions %v and then %v", before, after)
	}
	for i := range before {
		for _, name := range []string{"started_at", "completed_at"} {
			if one, other := instant(t, before[i][name]), instant(t, after[i][name]); !one.Equal(other) {
				t.Errorf("%s is %v and %v once it is recorded", name, one, other)
			}
		}
	}
}

func executions(r *reader, task *story.Task) (all []map[string]any) {
	r.t.Helper()
	list, _ := r.get(path(task, "/executions")).data["executions"].([]any)
	for _, x := range list {
		all = append(all, x.(map[string]any))
	}
	return all
}

func instant(t *testing.T, v any) time.Time {
	t.Helper()
	text, _ := v.(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestTaskIsGoneRightAfterItsDeletion(t *testing.T) {
	r := serveReads(t)
	r.Record()
	task := story.New(t, r.Broker, storyStart).Create()
	r.Recorded()
	task.Delete()
	for _, rest := range []string{"", "/logs", "/executions", "/files", "/files/integrity", "/files/archive", "/files/download/a.md", "/events"} {
		if got := r.get(path(task, rest)); got.status != 404 || got.ErrorType != "task_not_found" {
			t.Errorf("%s: %d %s", rest, got.status, got.body)
		}
	}
}

func TestWaitEndsWithTheRequest(t *testing.T) {
	r := serveReads(t)
	for i, c := range []struct {
		status string
		end    func(*story.Task)
	}{
		{"completed", func(t *story.Task) { t.Begin().Step(events.StepDDL).Complete() }},
		{"cancelled", func(t *story.Task) { t.Publish(&events.TaskCancelRequested{TaskID: t.ID, Request: t.Request}) }},
		{"", func(t *story.Task) { t.Delete() }},
	} {
		task := story.New(t, r.Broker, storyStart.Add(time.Duration(i)*time.Hour)).Create()
		began, got := time.Now(), make(chan reply, 1)
		go func() { got <- r.get(path(task, "?wait_seconds=60")) }() // as long as 30
		select {
		case early := <-got:
			t.Fatalf("answered before the end: %s", early.body)
		case <-time.After(50 * time.Millisecond):
		}
		c.end(task)
		answer := <-got
		if status, _ := answer.data["status"].(string); status != c.status || time.Since(began) > 10*time.Second {
			t.Errorf("%s: %d %s", c.status, answer.status, answer.body)
		}
	}
}

func TestWaitEndsWithItsTime(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	began := time.Now()
	got := r.get(path(task, "?wait_seconds=1"))
	if took := time.Since(began); got.status != 200 || got.data["status"] != "pending" || took < time.Second || took > 10*time.Second {
		t.Errorf("after %s: %d %s", took, got.status, got.body)
	}
}

func TestWaitEndsWithTheAPI(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	got := make(chan reply, 1)
	go func() { got <- r.get(path(task, "?wait_seconds=30")) }()
	time.Sleep(50 * time.Millisecond) // for it to wait; the test holds without
	r.api.stop()
	select {
	case answer := <-got:
		if answer.status != 200 {
			t.Errorf("%d %s", answer.status, answer.body)
		}
	case <-time.After(10 * time.Second):
		t.Error("it still waits")
	}
}

func TestFaultsOfQueriesAreSaidAllAtOnce(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	for _, c := range []struct {
		path string
		want string // pointer and type of each detail
	}{
		{"/tasks?limit=0", "?limit out_of_range"},
		{"/tasks?limit=201&status=running,done&from=yesterday&cursor=x&page=2", "?from invalid_time, ?limit out_of_range, ?page unknown_field, ?status not_one_of"},
		{"/tasks?from=2025-07-01T00:00:00Z&to=2025-07-01T00:00:00Z", "?to empty_time_range"},
		{"/tasks?cursor=x", "?cursor invalid_cursor"},
		{"/tasks?db_name=a&db_name=b", "?db_name duplicate_field"},
		{"/tasks/" + task.ID + "/files/archive?name=a&name=b&name=%00&file=c", "?file unknown_field, ?name invalid_character"},
		{"/tasks?q=%00", "?q invalid_character"},
		{"/tasks?q=%ff", "?q invalid_character"},
		{"/tasks?db_name=" + strings.Repeat("x", 1025), "?db_name too_long"},
		{"/tasks/active?limit=1", "?limit unknown_field"},
		{"/tasks/" + task.ID + "?wait_seconds=-1", "?wait_seconds out_of_range"},
		{"/tasks/" + task.ID + "?wait_seconds=1.5", "?wait_seconds out_of_range"},
		{"/tasks/" + task.ID + "/logs?level=loud&step=5&tail=1001&limit=-1", "?level not_one_of, ?limit out_of_range, ?step not_one_of, ?tail out_of_range"},
		{"/tasks/" + task.ID + "/executions?cursor=x", "?cursor invalid_cursor"},
		{"/tasks/" + task.ID + "/files?limit=5001", "?limit out_of_range"},
		{"/tasks/" + task.ID + "/events?types=nothing&last_event_id=1", "?last_event_id invalid_position, ?types unknown_event_type"},
		{"/events?level=x", "?level not_one_of"},
		{"/stats?from=2025-07-02T00:00:00%2B08:00&to=2025-07-01T00:00:00Z", "?to empty_time_range"},
		{"/monitor/status?verbose=1", "?verbose unknown_field"},
	} {
		got := r.get(Prefix + c.path)
		var details []string
		for _, d := range got.Details {
			details = append(details, fmt.Sprintf("%s %s", d.Pointer, d.ErrorType))
		}
		if got.status != 400 || strings.Join(details, ", ") != c.want {
			t.Errorf("%.60s: %d %v, want %s", c.path, got.status, details, c.want)
		}
	}
	if got := r.get(Prefix+"/events", "Last-Event-ID", "x"); got.status != 400 || got.Details[0].Pointer != "header:Last-Event-ID" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestEveryCallRefusesUnknownQueryParameters(t *testing.T) {
	s := serve(t)
	place := strings.NewReplacer(":id", "task_20250701_143052", ":name", "a.md")
	calls := 0
	for _, route := range s.api.app.GetRoutes(true) {
		if route.Method == http.MethodHead || !strings.HasPrefix(route.Path, Prefix) {
			continue
		}
		calls++
		got := s.do(route.Method, place.Replace(route.Path)+"?nonsense=1", "")
		if got.summary() != "400 validation_failed ?nonsense:unknown_field" {
			t.Errorf("%s %s: %d %s", route.Method, route.Path, got.status, got.body)
		}
	}
	if calls == 0 {
		t.Error("there is no call")
	}
}

func TestTaskIDsOfAnotherFormAreRefused(t *testing.T) {
	r := serveReads(t)
	for _, id := range []string{"x", "task_1", "..%2f..%2fetc", "task_20250701_143052%00"} {
		for _, rest := range []string{"", "/logs", "/executions", "/files", "/files/integrity", "/files/archive", "/events"} {
			if got := r.fetch(Prefix + "/tasks/" + id + rest); got.status != 400 && got.status != 404 {
				t.Errorf("%s%s: %d %s", id, rest, got.status, got.body)
			}
		}
	}
	if got := r.get(Prefix + "/tasks/task_1"); got.ErrorType != "invalid_task_id" {
		t.Errorf("%s", got.body)
	}
}

func TestListsOfTasks(t *testing.T) {
	r := serveReads(t)
	r.Record()
	waiting := story.New(t, r.Broker, storyStart).Create()
	running := story.New(t, r.Broker, storyStart.Add(time.Minute)).Create().Begin()
	running.StartStep(events.StepDDL)
	r.Recorded()
	ids := func(got reply) []string {
		var ids []string
		tasks, _ := got.data["tasks"].([]any)
		for _, item := range tasks {
			ids = append(ids, item.(map[string]any)["task_id"].(string))
		}
		return ids
	}
	all := r.get(Prefix + "/tasks")
	if got := ids(all); !slices.Equal(got, []string{running.ID, waiting.ID}) {
		t.Errorf("all: %s", all.body)
	}
	if lag, _ := all.data["lag"].(map[string]any); lag["events"] != 0.0 {
		t.Errorf("lag %v", lag)
	}
	first := r.get(Prefix + "/tasks?limit=1&q=ORDERS&created_by=ann&db_name=shop&status=pending,in_progress")
	next, _ := first.data["next_cursor"].(string)
	if got := ids(first); !slices.Equal(got, []string{running.ID}) || next == "" || first.data["prev_cursor"] != nil {
		t.Errorf("first page: %s", first.body)
	}
	second := r.get(Prefix + "/tasks?limit=1&cursor=" + next)
	if got := ids(second); !slices.Equal(got, []string{waiting.ID}) || second.data["next_cursor"] != nil {
		t.Errorf("second page: %s", second.body)
	}
	if active := r.get(Prefix + "/tasks/active"); !slices.Equal(ids(active), []string{running.ID}) {
		t.Errorf("active: %s", active.body)
	}
}

func TestListsSayWhenPostgresIsAway(t *testing.T) {
	r := serveReads(t, func(o *Reads) {
		away, err := pgxpool.New(t.Context(), "postgres://nobody@127.0.0.1:1/nothing")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(away.Close)
		o.Reader = read.New(away, nil, o.Hub, testkit.Log(t))
		o.Monitor.Reader = o.Reader
	})
	for _, p := range []string{"/tasks", "/tasks/active", "/stats"} {
		if got := r.get(Prefix + p); got.status != 503 || got.ErrorType != "read_store_unavailable" || got.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", p, got.status, got.body)
		}
	}
	got := r.get(Prefix + "/monitor/status")
	if recorder, _ := got.data["recorder"].(map[string]any); got.status != 200 || recorder["available"] != false {
		t.Errorf("status: %s", got.body)
	}
}

func TestLogsWithTheirAddresses(t *testing.T) {
	r := serveReads(t)
	r.Record()
	task := story.New(t, r.Broker, storyStart).Create()
	task.Log(events.LevelInfo, "one", "<two>")
	task.Log(events.LevelError, "three")
	r.Recorded()
	lines := func(query string) string {
		got := r.get(path(task, "/logs"+query))
		var text []string
		logs, _ := got.data["logs"].([]any)
		for _, l := range logs {
			l := l.(map[string]any)
			text = append(text, fmt.Sprintf("%s %s %s", l["id"], l["level"], l["message"]))
		}
		return strings.Join(text, "; ")
	}
	for query, want := range map[string]string{
		"":                                "1.0 INFO one; 1.1 INFO <two>; 2.0 ERROR three",
		"?tail=2":                         "1.1 INFO <two>; 2.0 ERROR three",
		"?limit=1":                        "1.0 INFO one",
		"?level=warning":                  "2.0 ERROR three",
		"?q=TWO&step=1":                   "1.1 INFO <two>",
		"?to=2025-07-01T00:00:00%2B08:00": "",
		"?execution_id=none":              "",
	} {
		if got := lines(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if got := r.fetch(path(task, "/logs?from=2025-07-01T00:00:00+08:00")); got.status != 200 {
		t.Errorf("a plus sign that was not encoded: %d %s", got.status, got.body)
	}
	tail := r.get(path(task, "/logs?tail=1"))
	before, _ := tail.data["prev_cursor"].(string)
	if got := lines("?limit=10&cursor=" + before); got != "1.0 INFO one; 1.1 INFO <two>" || tail.data["next_cursor"] != nil {
		t.Errorf("before the tail: %s", got)
	}
}

func TestExecutionsAreEveryRunOfEveryStep(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create().Begin().Step(events.StepDDL)
	task.StartStep(events.StepQA)
	task.Begin().Step(events.StepQA)
	got := r.get(path(task, "/executions"))
	var text []string
	executions, _ := got.data["executions"].([]any)
	for _, x := range executions {
		x := x.(map[string]any)
		text = append(text, fmt.Sprintf("%s %s %v %v", x["execution_step"], x["status"], x["attempt"], x["error_type"]))
	}
	want := []string{"complete running 2 <nil>", "ddl_generation completed 1 <nil>", "qa_generation failed 1 attempt_superseded", "qa_generation completed 2 <nil>"}
	if !slices.Equal(text, want) {
		t.Errorf("%q, want %q", text, want)
	}
	page := r.get(path(task, "/executions?limit=3"))
	next, _ := page.data["next_cursor"].(string)
	if rest := r.get(path(task, "/executions?limit=3&cursor="+next)); len(rest.data["executions"].([]any)) != 1 {
		t.Errorf("the rest: %s", rest.body)
	}
}

func TestStatsOfATime(t *testing.T) {
	r := serveReads(t)
	r.Record()
	story.New(t, r.Broker, storyStart).Create().Begin().Step(events.StepDDL)
	r.Recorded()
	got := r.get(Prefix + "/stats?from=2025-07-01T00:00:00Z&to=2025-07-02T00:00:00Z")
	var data statsView
	if err := json.Unmarshal(mustField(t, got.body), &data); err != nil {
		t.Fatal(err)
	}
	if data.Total != 1 || data.Tasks["in_progress"] != 1 || data.Steps[events.StepDDL].Completed != 1 || *data.Steps[events.StepDDL].P95 != 4 {
		t.Errorf("%s", got.body)
	}
	if empty := r.get(Prefix + "/stats"); empty.status != 200 || empty.data["tasks_total"] != 0.0 {
		t.Errorf("of the last days: %s", empty.body)
	}
}

func mustField(t *testing.T, body []byte) json.RawMessage {
	t.Helper()
	var a struct{ Data json.RawMessage }
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatal(err)
	}
	return a.Data
}

func TestStatusOfEverything(t *testing.T) {
	r := serveReads(t)
	r.Record()
	story.New(t, r.Broker, storyStart).Create()
	r.Recorded()
	got := r.get(Prefix + "/monitor/status")
	streams, _ := got.data["streams"].([]any)
	consumers, _ := got.data["consumers"].([]any)
	if len(streams) != 3 || len(consumers) != len(events.Consumers(events.Topology{})) {
		t.Fatalf("%s", got.body)
	}
	if pipeline := streams[0].(map[string]any); pipeline["name"] != "PIPELINE" || pipeline["messages"] != 1.0 || pipeline["last_sequence"] != 1.0 {
		t.Errorf("stream %v", pipeline)
	}
	if executor := consumers[0].(map[string]any); executor["name"] != "executor" || executor["pending"] != 1.0 {
		t.Errorf("consumer %v", executor)
	}
	recorder, _ := got.data["recorder"].(map[string]any)
	positions, _ := recorder["positions"].([]any)
	if recorder["available"] != true || len(positions) != 2 || positions[0].(map[string]any)["sequence"] != 1.0 {
		t.Errorf("recorder %v", recorder)
	}
	if d, _ := got.data["durability"].(map[string]any); d["replicas"] != 1.0 || fmt.Sprint(d["survives"]) != "[process_kill power_loss]" {
		t.Errorf("durability %v", d)
	}
	if files, _ := got.data["files"].(map[string]any); files["free_bytes"].(float64) <= 0 {
		t.Errorf("files %v", files)
	}
}

func TestStatusIsSaidWhileNATSIsAway(t *testing.T) {
	r := serveReads(t)
	r.NATS.Stop()
	for r.Broker.Conn().IsConnected() {
		time.Sleep(time.Millisecond) // the connection notices by itself
	}
	got := r.get(Prefix + "/monitor/status")
	broker, _ := got.data["broker"].(map[string]any)
	durability, _ := got.data["durability"].(map[string]any)
	if got.status != 200 || broker["connected"] != false || durability["replicas"] != nil || durability["survives"] != nil {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := r.get(Prefix + "/tasks/task_20250701_143052"); got.status != 503 || got.ErrorType != "broker_unavailable" {
		t.Errorf("%d %s", got.status, got.body)
	}
	r.NATS.Start()
}
