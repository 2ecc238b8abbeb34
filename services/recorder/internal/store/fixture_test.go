package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	taskID = "task_20250701_143052"
	month  = 30 * 24 * time.Hour
)

// start is where the tests' events begin: today, since old log lines are not
// kept, and with nanoseconds, which PostgreSQL does not have.
var start = time.Now().UTC().Truncate(time.Hour).Add(123456789)

// bundle is a store on a fresh database.
type bundle struct {
	*Store
	pool *pgxpool.Pool
	at   map[string]Position // by stream
}

func setup(tb testing.TB) *bundle {
	tb.Helper()
	pool := empty(tb)
	if err := Migrate(tb.Context(), pool); err != nil {
		tb.Fatal(err)
	}
	b := &bundle{Store: New(pool, month), pool: pool}
	b.rebuild(tb)
	return b
}

// empty is a database without tables.
func empty(tb testing.TB) *pgxpool.Pool {
	tb.Helper()
	pool, err := pgxpool.New(tb.Context(), testkit.Postgres(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(pool.Close)
	return pool
}

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// rebuild empties the tables and begins the positions anew.
func (b *bundle) rebuild(t tester) {
	t.Helper()
	for _, table := range []string{"tasks", "events", "task_logs", "log_counters", "log_deletions", "positions"} {
		b.exec(t, "DELETE FROM data_pipeline_"+table) // sooner than TRUNCATE for few rows
	}
	b.at = map[string]Position{}
	for _, stream := range []string{events.StreamPipeline, events.StreamLogs} {
		p := Position{Stream: stream, Created: start.Truncate(time.Microsecond)}
		if err := b.Begin(ctx, p); err != nil {
			t.Fatal(err)
		}
		b.at[stream] = p
	}
}

// record records a batch of events of one stream.
func (b *bundle) record(t tester, batch ...events.Event) Tally {
	t.Helper()
	if len(batch) == 0 {
		return Tally{}
	}
	last := batch[len(batch)-1]
	record := b.RecordEvents
	if last.Stream == events.StreamLogs {
		record = b.RecordLogs
	}
	at, tally, err := record(ctx, b.at[last.Stream], last.Sequence, batch)
	if err != nil {
		t.Fatal(err)
	}
	b.at[last.Stream] = at
	return tally
}

func (b *bundle) exec(t tester, sql string, args ...any) {
	t.Helper()
	if _, err := b.pool.Exec(ctx, sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// one reads a single value.
func one[V any](t tester, b *bundle, sql string, args ...any) V {
	t.Helper()
	var v V
	if err := b.pool.QueryRow(ctx, sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// tables returns all rows as text, apart from what depends on the wall clock.
func (b *bundle) tables(t tester) string {
	t.Helper()
	var all strings.Builder
	for _, table := range []string{"tasks", "task_executions", "task_outputs", "pairs_reviews", "events", "task_logs", "log_counters", "positions"} {
		rows, err := b.pool.Query(ctx, fmt.Sprintf("SELECT (to_jsonb(t) - CASE WHEN $1 THEN 'updated_at' ELSE '' END)::text FROM data_pipeline_%s t ORDER BY 1", table), table == "positions")
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, "%s\n%s\n", table, strings.Join(lines, "\n"))
	}
	return all.String()
}

// at places an event in PIPELINE.
func at(seq uint64, d events.Data) events.Event { return in(events.StreamPipeline, seq, d) }

func in(stream string, seq uint64, d events.Data) events.Event {
	when := start.Add(time.Duration(seq) * time.Second)
	return events.Event{ID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, stream, seq)).String(), Source: "/datapipeline/test",
		Time: when, Recorded: when.Add(time.Millisecond), Stream: stream, Sequence: seq, Data: d}
}

func created(task string) *events.TaskCreated {
	return &events.TaskCreated{TaskID: task, TaskType: events.TaskTypeComplete, CreatedAt: start, CreatedBy: "api",
		Parameters: json.RawMessage(`{"business_context": "高速公路"}`), Request: request(events.Steps()...)}
}

func request(run ...events.Step) events.Request {
	return events.Request{ExecutionMode: events.ModeComplete, Steps: run, DBName: "highway", BusinessContext: "高速公路服务区",
		Connection: events.Connection{Sealed: "ciphertext", Masked: "postgresql://u:***@h/highway"}, Language: events.Chinese,
		Options: events.DefaultOptions(), OutputDirectory: "out/" + taskID, Runner: events.RunnerPool, Actor: "api"}
}

func logged(task string, attempt int, first uint64, messages ...string) *events.Log {
	d := &events.Log{TaskID: task, Request: 1, Attempt: attempt, FirstLine: first}
	for _, m := range messages {
		d.Lines = append(d.Lines, events.Line{Time: start, Level: events.LevelInfo, Message: m, Step: events.StepDDL})
	}
	return d
}
