package recorder

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const taskID = "task_20250701_143052"

// bundle is a broker and a database for recorders.
type bundle struct {
	nats   *testkit.Server
	broker *broker.Broker
	dsn    string
	pool   *pgxpool.Pool
}

func setup(t *testing.T) *bundle {
	t.Helper()
	server := testkit.NATS(t)
	b := &bundle{nats: server, broker: server.Broker(), dsn: testkit.Postgres(t)}
	if err := Migrate(t.Context(), b.dsn); err != nil {
		t.Fatal(err)
	}
	var err error
	if b.pool, err = pgxpool.New(t.Context(), b.dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.pool.Close)
	return b
}

func (b *bundle) config() Config {
	return Config{
		Config:   broker.Config{URL: b.nats.URL(), Replicas: 1},
		Postgres: postgres.Config{URL: b.dsn}, TaskTimeout: 2 * time.Hour,
		LogRetentionDays: 30, FileRetentionDays: 30, MonitorInterval: time.Hour,
	}
}

// running is a recorder that runs.
type running struct {
	*Recorder
	metrics *prometheus.Registry
	cancel  context.CancelFunc
	done    chan struct{}
	err     error // once done is closed
	mayEnd  bool  // by itself
}

// start runs a recorder; it is stopped with the test, if it is not before.
func (b *bundle) start(t *testing.T, cfg Config) *running {
	t.Helper()
	r := &running{metrics: prometheus.NewRegistry(), done: make(chan struct{})}
	var err error
	if r.Recorder, err = New(cfg, kit.Runtime{Log: testkit.Log(t), Metrics: r.metrics}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() {
		defer close(r.done)
		r.err = r.Run(ctx)
	}()
	t.Cleanup(func() {
		if err := r.stop(); err != nil && !r.mayEnd {
			t.Errorf("a recorder ended: %v", err)
		}
	})
	return r
}

// stop ends the recorder as a signal would, and returns what Run returned.
func (r *running) stop() error {
	r.cancel()
	<-r.done
	return r.err
}

// ended waits for a recorder that ends by itself.
func (r *running) ended(t *testing.T) error {
	t.Helper()
	r.mayEnd = true
	select {
	case <-r.done:
	case <-time.After(20 * time.Second):
		t.Fatal("the recorder goes on")
	}
	return r.err
}

// until waits for a condition that no signal tells of.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: waiting until %s", what)
		}
	}
}

// recorded waits until both streams are in the tables.
func (b *bundle) recorded(t *testing.T) {
	t.Helper()
	for _, stream := range []string{events.StreamPipeline, events.StreamLogs} {
		var state broker.State
		until(t, "the broker answers", func() (ok bool) {
			var err error
			state, err = b.broker.State(t.Context(), stream)
			return err == nil
		})
		until(t, fmt.Sprintf("%s is recorded up to %d", stream, state.Last), func() bool {
			return one[uint64](t, b, "SELECT coalesce(max(sequence), -1) + 1 FROM data_pipeline_positions WHERE stream = $1", stream) == state.Last+1
		})
	}
}

func one[V any](t *testing.T, b *bundle, sql string, args ...any) V {
	t.Helper()
	var v V
	if err := b.pool.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (b *bundle) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := b.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// rows returns all that a rebuild gives again, as text.
func (b *bundle) rows(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, table := range []string{"tasks", "task_executions", "task_outputs", "pairs_reviews", "events", "task_logs", "log_counters"} {
		rows, err := b.pool.Query(t.Context(), "SELECT to_jsonb(t)::text FROM data_pipeline_"+table+" t ORDER BY 1")
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "%d rows of %s\n%s\n", len(lines), table, strings.Join(lines, "\n"))
	}
	return all.String()
}

// publish writes events one after the other and returns the last sequence.
func (b *bundle) publish(t *testing.T, all ...events.Data) uint64 {
	t.Helper()
	var seq uint64
	for _, d := range all {
		var err error
		if seq, err = b.broker.Publish(t.Context(), events.New("test", d)); err != nil {
			t.Fatal(err)
		}
	}
	return seq
}

// create publishes a task and returns its request.
func (b *bundle) create(t *testing.T, task string) uint64 {
	t.Helper()
	request := events.Request{ExecutionMode: events.ModeComplete, Steps: events.Steps(), DBName: "highway", BusinessContext: "高速公路",
		Connection: events.Connection{Sealed: "ciphertext", Masked: "postgresql://u:***@h/highway"}, Language: events.English,
		Options: events.DefaultOptions(), OutputDirectory: "out", OutputPrefix: task, Runner: events.RunnerPool, Actor: "api"}
	return b.publish(t, &events.TaskCreated{TaskID: task, TaskType: events.TaskTypeComplete, CreatedAt: time.Now(), CreatedBy: "api",
		Parameters: json.RawMessage(`{}`), Request: request})
}

// run publishes a complete run of a task, with log lines and files.
func (b *bundle) run(t *testing.T, task string, lines int) {
	t.Helper()
	run := events.Run{TaskID: task, Request: b.create(t, task), Attempt: 1}
	b.publish(t, &events.TaskStarted{Run: run, Executor: "x"})
	var all []events.Event
	for _, step := range events.Steps() {
		x := events.Execution{Run: run, Step: step, StartedAt: time.Now(), ExecutionID: events.ExecutionID(task, string(step), time.Now())}
		file := events.File{Name: string(step) + ".md", Size: 1, SHA256: strings.Repeat("a", 64)}
		for _, d := range []events.Data{
			&events.StepStarted{Execution: x}, &events.StepProgressed{Execution: x, Progress: 50, Done: 1, Total: 2},
			&events.StepCompleted{Execution: x, CompletedAt: time.Now(), Result: json.RawMessage(`{"n":1}`), Manifest: []events.File{file}},
			&events.OutputRegistered{TaskID: task, Request: run.Request, File: file, Path: task + "/" + file.Name, FileType: events.FileMD, ModifiedAt: time.Now()},
		} {
			all = append(all, events.New("test", d))
		}
	}
	for i := range lines {
		all = append(all, events.New("test", logged(run, uint64(i), fmt.Sprintf("line %d", i))))
	}
	if err := b.broker.PublishAll(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	b.publish(t, &events.TaskCompleted{Closing: events.Closing{Run: run}}, &events.OutputScanned{TaskID: task, Request: run.Request, Files: 4},
		&events.PairAdded{PairChange: change(task), Check: &events.PairCheck{Verdict: events.VerdictEmpty}},
		&events.PairReviewed{PairChange: change(task), Decision: events.DecisionApproved})
}

// change is a person's work on a pair of a task.
func change(task string) events.PairChange {
	return events.PairChange{TaskID: task, PairID: "p_0123456789abcdef", Question: "多少?", SQL: "SELECT 1;", Tables: []string{"public.t"},
		Source: events.SourcePerson, Actor: "ann", At: time.Now(), Note: "for the monthly report"}
}

func logged(run events.Run, first uint64, messages ...string) *events.Log {
	d := &events.Log{TaskID: run.TaskID, Request: run.Request, Attempt: run.Attempt, FirstLine: first}
	for _, m := range messages {
		d.Lines = append(d.Lines, events.Line{Time: time.Now(), Level: events.LevelInfo, Message: m, Step: events.StepDDL})
	}
	return d
}

// tasks returns n task ids.
func tasks(n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("task_20250701_%06d", i))
	}
	return ids
}

// deadLetters returns the reasons in the dead-letter stream.
func (b *bundle) deadLetters(t *testing.T) []string {
	t.Helper()
	stream, err := b.broker.JS().Stream(t.Context(), events.StreamDeadLetters)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
		m, err := stream.GetMsg(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		reasons = append(reasons, m.Header.Get(broker.HeaderDeadReason))
	}
	slices.Sort(reasons)
	return reasons
}
