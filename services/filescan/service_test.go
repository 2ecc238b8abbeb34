package filescan_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/filescan"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestServiceRegistersUntilItIsTold runs the service through a task and ends
// it: nothing is left running, which TestMain checks.
func TestServiceRegistersUntilItIsTold(t *testing.T) {
	server := testkit.NATS(t)
	b := server.Broker()
	dir := t.TempDir()
	addr := "127.0.0.1:0"
	service, err := filescan.New(filescan.Config{Config: broker.Config{URL: server.URL()}, Bucket: bucket.Config{URL: dir},
		AdminAddr: addr, MaxDownloadFileSize: 1 << 20}, kit.Runtime{Log: testkit.Log(t), Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- service.Run(ctx) }()

	const id = "task_20250701_143052"
	seq, err := b.PublishTask(t.Context(), events.New("test", &events.TaskCreated{TaskID: id, TaskType: events.TaskTypeComplete, CreatedAt: time.Now(),
		CreatedBy: "api", Parameters: json.RawMessage(`{}`), Request: events.Request{ExecutionMode: events.ModeComplete, Steps: events.Steps(),
			Language: events.English, Runner: events.RunnerPool, OutputPrefix: id}}), 0)
	if err != nil {
		t.Fatal(err)
	}
	files, err := bucket.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = files.Close() }()
	if err := bucket.Put(t.Context(), files, id+"/orders.ddl", strings.NewReader("CREATE")); err != nil {
		t.Fatal(err)
	}
	run := events.Run{TaskID: id, Request: seq, Attempt: 1}
	if seq, err = b.PublishTask(t.Context(), events.New("test", &events.TaskStarted{Run: run, Executor: "test"}), seq); err != nil {
		t.Fatal(err)
	}
	if _, err = b.PublishTask(t.Context(), events.New("test", &events.TaskCompleted{Closing: events.Closing{Run: run}}), seq); err != nil {
		t.Fatal(err)
	}
	scanned := make(chan struct{})
	watch, end := context.WithTimeout(t.Context(), 20*time.Second)
	defer end()
	go b.Follow(watch, broker.Following{Stream: events.StreamPipeline, Subjects: []string{events.TypeSubject(events.TypeOutputScanned, id)}}, //nolint:errcheck // it ends with its context
		func(e events.Event) error {
			if d := e.Data.(*events.OutputScanned); d.Files != 2 {
				t.Errorf("%d files are registered, want the file and the log", d.Files)
			}
			close(scanned)
			end()
			return nil
		})
	<-watch.Done()
	select {
	case <-scanned:
	default:
		t.Error("the output was not registered")
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("the service ended with %v", err)
	}
}

// TestConfigurationFaultsAreSaidAtOnce lists all of them.
func TestConfigurationFaultsAreSaidAtOnce(t *testing.T) {
	err := filescan.Config{MaxDownloadFileSize: -1, Workers: 100}.Validate()
	if err == nil || !strings.Contains(err.Error(), "max-download-file-size") || !strings.Contains(err.Error(), "filescan-workers") {
		t.Errorf("got %v", err)
	}
}
