package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/internal/testkit"
)

// TestUp runs everything in one process, three times on the same data: to a
// clean end, to a kill, and after that.
func TestUp(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	temp := t.TempDir()
	env := []string{"TMPDIR=" + temp, "DP_BUCKET_URL=" + filepath.Join(t.TempDir(), "files")}
	up := func() (*program, string) {
		p := start(t, env, "up", "--sample", "--http=127.0.0.1:0", "--data-dir", dir)
		p.await(t, "Task completed, 7 tables, ")
		return p, p.await(t, "API: ")
	}

	p, api := up()
	testkit.Eventually(t, t.Context(), func() bool { return slices.Equal(tasks(t, api), []string{"completed"}) }) // once it is recorded
	if got := strings.Join(processes(t, dir), "\n"); !strings.Contains(got, "listen_addresses=127.0.0.1") {
		t.Errorf("no PostgreSQL among the processes:\n%s", got)
	}
	if code := p.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
	nothingLeft(t, dir, temp)

	p, api = up()
	if second := tasks(t, api); len(second) != 1 {
		t.Errorf("the tasks of the second start are %q", second)
	}
	refused(t, env, dir)
	p.end(t, syscall.SIGKILL)

	p, api = up()
	if third := tasks(t, api); len(third) != 1 {
		t.Errorf("the tasks after a kill are %q", third)
	}
	if code := p.end(t, syscall.SIGINT); code != 0 {
		t.Errorf("exit code %d after SIGINT", code)
	}
	testkit.Eventually(t, t.Context(), func() bool { return len(processes(t, dir)) == 0 })
}

// refused starts a second program on the same data, which says what to do.
func refused(t *testing.T, env []string, dir string) {
	t.Helper()
	p := start(t, env, "up", "--http=127.0.0.1:0", "--data-dir", dir)
	if code := p.wait(t); code != 2 || !strings.Contains(p.err.String(), "--data-dir") {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
}

// nothingLeft fails the test when the program has left a process, a lock or a
// temporary file.
func nothingLeft(t *testing.T, dir, temp string) {
	t.Helper()
	if left := processes(t, dir); len(left) > 0 {
		t.Errorf("processes are left: %q", left)
	}
	for _, server := range []string{"nats", "postgres"} {
		if !embedded.Abandoned(filepath.Join(dir, server)) {
			t.Errorf("%s is locked", server)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "postgres", "data", "postmaster.pid")); err == nil {
		t.Error("PostgreSQL has left its lock file")
	}
	if left, err := filepath.Glob(filepath.Join(temp, "*")); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %q %v", left, err)
	}
}

// tasks returns the states of all tasks.
func tasks(t *testing.T, api string) []string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api+"/tasks", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Data struct {
			Tasks []struct {
				Status string `json:"status"`
			} `json:"tasks"`
		} `json:"data"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, task := range answer.Data.Tasks {
		states = append(states, task.Status)
	}
	return states
}

// TestUpAddressTaken says so, and ends.
func TestUpAddressTaken(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	p := start(t, []string{"DP_BUCKET_URL=" + t.TempDir(), "DP_DATABASE_URL=" + testkit.Postgres(t)},
		"up", "--http", l.Addr().String(), "--data-dir", t.TempDir())
	if code := p.wait(t); code != 2 || !strings.Contains(p.err.String(), "the address is taken") {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
}
