package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// asRecorder makes the test's own program the recorder.
const asRecorder = "RECORDER_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asRecorder) != "" {
		main()
	}
	testkit.Main(m)
}

// command prepares the program with nothing of this process's environment but
// the settings given.
func command(ctx context.Context, args []string, settings ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(settings, asRecorder+"=1", "PATH="+os.Getenv("PATH"))
	stderr := &bytes.Buffer{}
	cmd.Stderr = stderr
	return cmd, stderr
}

func TestASignalDrainsAndLeavesNothing(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			server, dsn, addr := testkit.NATS(t), testkit.Postgres(t), freeAddr(t)
			b := server.Broker()
			cmd, stderr := command(t.Context(), nil, "DP_NATS_URL="+server.URL(), "DP_DATABASE_URL="+dsn, "DP_ADMIN_ADDR="+addr)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ready(t, addr, stderr)
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v, stderr:\n%s", err, stderr)
			}
			for end := time.Now().Add(5 * time.Second); connections(t, dsn) != 0; time.Sleep(5 * time.Millisecond) { // the server's own ends take a moment
				if time.Now().After(end) {
					t.Fatalf("%d database connections are left", connections(t, dsn))
				}
			}
			stream, err := b.JS().Stream(t.Context(), events.StreamPipeline)
			if err != nil {
				t.Fatal(err)
			}
			if n := stream.CachedInfo().State.Consumers; n != len(events.Consumers(events.Topology{})) {
				t.Errorf("%d consumers, want only the durable ones", n)
			}
			if strings.Contains(stderr.String(), dsn) {
				t.Error("the log holds the connection string")
			}
		})
	}
}

// ready waits until the recorder says so, then looks at its metrics.
func ready(t *testing.T, addr string, stderr *bytes.Buffer) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); status(addr+"/readyz") != http.StatusOK; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not ready; stderr:\n%s", stderr)
		}
	}
	if status(addr+"/livez") != http.StatusOK {
		t.Error("ready but not live")
	}
	resp, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lag_messages", "position", "active"} {
		if !bytes.Contains(body, fmt.Appendf(nil, `datapipeline_recorder_%s{stream="PIPELINE_LOGS"}`, name)) {
			t.Errorf("no metric %s", name)
		}
	}
}

// status is 0 where nobody answers.
func status(url string) int {
	resp, err := http.Get("http://" + url)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// freeAddr returns an address that nobody listens on at this time.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func connections(t *testing.T, dsn string) int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var n int
	others := "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
	if err := conn.QueryRow(t.Context(), others).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAWrongConfigurationIsSaidAtOnceAndWhole(t *testing.T) {
	cmd, stderr := command(t.Context(), []string{"--log-retention-days=99", "--monitor-interval=1ms"}, "DP_DATABASE_URL=postgres://u:hunter2@")
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 64 {
		t.Errorf("exit %v, want 64", err)
	}
	for _, fault := range []string{"log-retention-days", "monitor-interval"} {
		if !strings.Contains(stderr.String(), fault) {
			t.Errorf("%s is not named in\n%s", fault, stderr)
		}
	}
	if strings.Contains(stderr.String(), "hunter2") {
		t.Errorf("the password is in\n%s", stderr)
	}
}
