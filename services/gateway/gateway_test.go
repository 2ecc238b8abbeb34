package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway"
)

const tasks = "/api/v0/data_pipeline/tasks"

// order is a task that needs no key to seal with.
const order = `{"task_type":"complete_workflow","parameters":{"connection_name":"shop","tables":["orders"],"business_context":"a shop"}}`

// away is a database that nobody reaches.
const away = "postgres://nobody@127.0.0.1:1/none"

func TestMain(m *testing.M) {
	// fasthttp's janitor of idle workers notices only within ten seconds that
	// its server has stopped.
	testkit.Main(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

// client speaks to a gateway; it keeps no connection open.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}

func call(t *testing.T, method, url, body string) (status int, answer map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(raw, &answer) // not all answers are JSON
	return resp.StatusCode, answer
}

func bound(t *testing.T, s *gateway.Service) string {
	t.Helper()
	select {
	case a := <-s.Bound():
		return a
	case <-time.After(20 * time.Second):
		t.Fatal("the service does not listen")
		return ""
	}
}

// started runs the service and gives its address, and what ends it and waits.
func started(t *testing.T, cfg gateway.Config) (base string, end func()) {
	t.Helper()
	service, err := gateway.New(cfg, kit.Runtime{Log: testkit.Log(t), Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- service.Run(ctx) }()
	return "http://" + bound(t, service), func() {
		t.Helper()
		stop()
		if err := <-done; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	}
}

func config(t *testing.T, natsURL string) gateway.Config {
	return gateway.Config{
		Config: broker.Config{URL: natsURL}, Bucket: bucket.Config{URL: t.TempDir()}, Postgres: postgres.Config{URL: away},
		HTTPAddr: "127.0.0.1:0", EnableFileDownload: true, MaxDownloadFileSize: 1 << 20,
	}
}

// TestServiceFindsItsTasksWithoutPostgres runs the service without a database,
// and ends it with an event stream open: nothing is left running, which
// TestMain checks.
func TestServiceFindsItsTasksWithoutPostgres(t *testing.T) {
	server := testkit.NATS(t)
	server.Broker()
	base, end := started(t, config(t, server.URL()))

	status, answer := call(t, "POST", base+tasks, order)
	if status != 201 {
		t.Fatalf("%d %v", status, answer)
	}
	id := answer["data"].(map[string]any)["task_id"].(string)
	if status, answer = call(t, "GET", base+tasks+"/"+id, ""); status != 200 {
		t.Errorf("%d %v", status, answer)
	}
	if status, answer = call(t, "GET", base+tasks, ""); status != 503 || answer["error_type"] != "read_store_unavailable" {
		t.Errorf("%d %v", status, answer)
	}
	for path, want := range map[string]int{"/livez": 200, "/readyz": 200, "/metrics": 200, "/openapi.yaml": 200} {
		if status, _ := call(t, "GET", base+path, ""); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	stream, err := client.Get(base + "/api/v0/data_pipeline/events")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	end()
	if _, err := io.Copy(io.Discard, stream.Body); err != nil {
		t.Errorf("the stream ended with %v", err)
	}
}

func TestServiceListensWhileNATSIsAway(t *testing.T) {
	server := testkit.NATS(t)
	server.Broker()
	server.Stop()
	base, end := started(t, config(t, server.URL()))
	if status, _ := call(t, "GET", base+"/livez", ""); status != 200 {
		t.Errorf("/livez: %d", status)
	}
	if status, _ := call(t, "GET", base+"/readyz", ""); status != 503 {
		t.Errorf("/readyz: %d", status)
	}
	server.Start()
	testkit.Eventually(t, t.Context(), func() bool {
		status, _ := call(t, "GET", base+"/readyz", "")
		return status == 200
	})
	if status, answer := call(t, "POST", base+tasks, order); status != 201 {
		t.Errorf("%d %v", status, answer)
	}
	end()
}

// TestProgramEndsOnSIGTERM starts the program itself.
func TestProgramEndsOnSIGTERM(t *testing.T) {
	server := testkit.NATS(t)
	server.Broker()
	program := filepath.Join(t.TempDir(), "gateway")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/gateway").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		log := &listening{found: make(chan string, 1)}
		cmd := exec.CommandContext(t.Context(), program, "--http-addr", "127.0.0.1:0")
		cmd.Env = append(os.Environ(), "DP_NATS_URL="+server.URL(), "DP_BUCKET_URL="+t.TempDir(), "DP_DATABASE_URL="+away)
		cmd.Stderr = log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if status, answer := call(t, "POST", "http://"+log.address(t)+tasks, order); status != 201 {
			t.Errorf("%d %v", status, answer)
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("after %s: %v", signal, err)
		}
	}
}

// listening finds the address in a program's log.
type listening struct {
	buffer bytes.Buffer
	found  chan string
}

func (l *listening) address(t *testing.T) string {
	t.Helper()
	select {
	case a := <-l.found:
		return a
	case <-time.After(20 * time.Second):
		t.Fatal("the program does not listen")
		return ""
	}
}

func (l *listening) Write(p []byte) (int, error) {
	l.buffer.Write(p)
	for line := range strings.Lines(l.buffer.String()) {
		var entry struct{ Msg, Address string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "listening" {
			select {
			case l.found <- entry.Address:
			default:
			}
		}
	}
	return len(p), nil
}

func TestConfigurationFaultsAreSaidAtOnce(t *testing.T) {
	cfg := gateway.Config{Bucket: bucket.Config{URL: "ftp://x"}, Language: "fr", Timezone: "Nowhere/City", SealRecipient: "age1",
		MaxDownloadFileSize: -1, MaxSSEClients: -1, JetStreamSync: "never"}
	err := cfg.Validate()
	for _, want := range []string{"bucket", "DP_DATABASE_URL", "language", "timezone", "seal-recipient", "max-download-file-size", "max-sse-clients", "nats-sync"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is missing in %v", want, err)
		}
	}
}
