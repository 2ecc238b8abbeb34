package app_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/app"
	"github.com/citu/datapipeline/cmd/datapipeline/internal/stack"
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

// TestRunTracked runs a task beside all services: they record and show it, and
// leave the work and the files to the program that runs it.
func TestRunTracked(t *testing.T) {
	b := track(t)
	base := services(t)
	dir := t.TempDir()
	run(t, "--db-connection", business(t), "--table-list", file(t, "tables.txt", "public.*"), "--output-dir", dir, "--skip-training-load").want(t, app.ExitDone)
	id := filepath.Base(single(t, dir, "manual_*"))

	counts := map[events.Type]int{}
	if err := b.History(t.Context(), id, 0, func(e events.Event) error { counts[e.Type()]++; return nil }); err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[events.Type]int{events.TypeTaskCreated: 1, events.TypeTaskStarted: 1, events.TypeStepCompleted: 3, events.TypeTaskCompleted: 1, events.TypeOutputScanned: 1} {
		if counts[kind] != want {
			t.Errorf("%d events %s, want %d", counts[kind], kind, want)
		}
	}
	testkit.Eventually(t, t.Context(), func() bool { return listed(t, base)[id] == "manual completed" })
}

// listed is who created the tasks that are recorded, and their states.
func listed(t *testing.T, base string) map[string]string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/api/v0/data_pipeline/tasks", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Data struct {
			Tasks []struct {
				ID        string `json:"task_id"`
				Status    string `json:"status"`
				CreatedBy string `json:"created_by"`
			} `json:"tasks"`
		} `json:"data"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for _, task := range answer.Data.Tasks {
		list[task.ID] = task.CreatedBy + " " + task.Status
	}
	return list
}

// track gives the program a broker in its environment.
func track(t *testing.T) *broker.Broker {
	t.Helper()
	server := testkit.NATS(t)
	t.Setenv("DP_NATS_URL", server.URL())
	return server.Broker()
}

// services runs all services over the environment's broker and a database, and
// returns where the gateway is.
func services(t *testing.T) string {
	t.Helper()
	t.Setenv("DP_DATABASE_URL", testkit.Postgres(t))
	t.Setenv("DP_BUCKET_URL", t.TempDir())
	s, err := stack.New(t.Context(), stack.Config{DataDir: t.TempDir(), HTTPAddr: "127.0.0.1:0", Language: events.English}, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	select {
	case addr := <-s.Bound():
		return "http://" + addr
	case <-t.Context().Done():
		t.Fatal("the gateway does not listen")
	}
	return ""
}

// TestRunGoesOn makes a further request of a task that was run by hand into the
// same folder, and refuses any other id that is taken.
func TestRunGoesOn(t *testing.T) {
	b := track(t)
	t.Setenv("DP_VECTOR_DATABASE_URL", testkit.Postgres(t)) // a PostgreSQL of its own would be kept in this folder
	const id = "manual_20250701_143052"
	db, dir := business(t), t.TempDir()
	step := func(n, dir string) result {
		return run(t, "--db-connection", db, "--output-dir", dir, "--task-id", id, "--execution-mode=single", "--single-step", n, "--table-list", file(t, "tables.txt", "public.*"))
	}
	step("1", dir).want(t, app.ExitDone)
	step("2", dir).want(t, app.ExitDone)
	task, err := b.LoadTask(t.Context(), id, projection.Task{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []events.Step{events.StepDDL, events.StepQA} {
		if task.Steps[name].Status != projection.Completed {
			t.Errorf("%s is %s", name, task.Steps[name].Status)
		}
	}
	pairs := single(t, dir, "*_pair.json")
	if err := os.WriteFile(pairs, []byte(`[{"question": "One?", "sql": "SELECT count(*) FROM sale;"}]`), 0o600); err != nil { // by hand
		t.Fatal(err)
	}
	r := step("3", dir)
	r.want(t, app.ExitDone)
	if !strings.Contains(r.out, "1 of 1 statement valid") {
		t.Errorf("step 3 did not take the file as it is:\n%s", r.out)
	}
	r = step("4", t.TempDir())
	r.want(t, app.ExitFailed)
	if !strings.Contains(r.err, "is taken") {
		t.Errorf("another folder: %s", r.err)
	}
}

// TestRunUntracked says nothing to the broker of the environment.
func TestRunUntracked(t *testing.T) {
	b := track(t)
	run(t, "--no-db-tracking", "--db-connection", business(t), "--output-dir", t.TempDir(), "--execution-mode=single", "--single-step=1",
		"--table-list", file(t, "tables.txt", "public.*")).want(t, app.ExitDone)
	if last, err := b.LastSeq(t.Context(), events.StreamPipeline, ">"); err != nil || last != 0 {
		t.Errorf("the stream has messages up to %d, %v", last, err)
	}
}

// TestRunInterrupted closes the task as cancelled and tidies up.
func TestRunInterrupted(t *testing.T) {
	b := track(t)
	t.Setenv("TMPDIR", t.TempDir())
	db, dir := business(t), t.TempDir()
	locked(t, db)
	ctx, interrupt := context.WithCancel(t.Context())
	var out, errOut printed
	code := make(chan int, 1)
	go func() {
		code <- app.Main(ctx, []string{"run", "--lang=zh", "--db-connection", db, "--output-dir", dir, "--skip-training-load",
			"--table-list", file(t, "tables.txt", "public.*")}, &out, &errOut)
	}()
	out.await(t, "表结构文档：进行中")
	interrupt()
	if got := <-code; got != app.ExitFailed || !strings.Contains(out.String(), "任务已取消") {
		t.Errorf("exit code %d:\n%s%s", got, &out, &errOut)
	}
	folder := single(t, dir, "manual_*")
	task, err := b.LoadTask(t.Context(), filepath.Base(folder), projection.Task{})
	if err != nil || task.Status != projection.Cancelled {
		t.Errorf("the task is %s, %v", task.Status, err)
	}
	if n := has(t, folder, "data_pipeline.log"); n != 1 {
		t.Error("the interrupted task has no log file")
	}
	if n := has(t, os.Getenv("TMPDIR"), "*"); n != 0 {
		t.Errorf("%d temporary files are left", n)
	}
}

// locked keeps everybody else from reading the tables until the test ends.
func locked(t *testing.T, db string) {
	t.Helper()
	conn := connect(t, db)
	if _, err := conn.Exec(t.Context(), `BEGIN; LOCK TABLE customer, sale IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
}
