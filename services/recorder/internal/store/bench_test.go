package store

import (
	"encoding/json"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// The peer of these benchmarks is COPY of rows like the ones the recorder
// writes, into the same tables with their indexes and checks: what remains is
// what folding, dropping repeats and moving the position cost. Its rows have
// sequences from here on.
const beyond = 1 << 40

// A flood of log lines, 5,000 in a transaction.
func BenchmarkRecordLogs(b *testing.B) {
	s := setup(b)
	seq, first := uint64(0), uint64(0)
	lines := make([]string, 250)
	for i := range lines {
		lines[i] = "INFO 生成表 bss_service_area 的说明文档，共 20 列，耗时 0.12 秒"
	}
	var batch []events.Event
	testkit.Compare(b, func() {
		batch = make([]events.Event, 20)
		for i := range batch {
			seq++
			batch[i] = logAt(seq, logged(taskID, 1, first, lines...))
			first += uint64(len(lines))
		}
		s.record(b, batch...)
	}, func() { s.copyLogs(b, batch) })
	b.ReportMetric(5000*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// copyLogs writes the lines of a batch by COPY.
func (b *bundle) copyLogs(t tester, batch []events.Event) {
	t.Helper()
	var rows [][]any
	for _, e := range batch {
		for i, l := range e.Data.(*events.Log).Lines {
			rows = append(rows, []any{int64(beyond + e.Sequence), i, e.Recorded, taskID, string(l.Level), l.Message, string(l.Step), l.Time, false})
		}
	}
	b.copyRows(t, "data_pipeline_task_logs", rows, "stream_seq", "line_index", "recorded_at", "task_id", "log_level", "message", "step_name", "timestamp", "truncated")
}

// A thousand events of a task in a transaction.
func BenchmarkRecordEvents(b *testing.B) {
	s := setup(b)
	seq := uint64(0)
	var batch []events.Event
	testkit.Compare(b, func() {
		batch = make([]events.Event, 1000)
		for i := range batch {
			seq++
			batch[i] = at(seq, &events.TaskStarted{Run: events.Run{TaskID: taskID, Request: 1, Attempt: i + 1}, Executor: "x"})
		}
		if seq == 1000 {
			batch[0] = at(1, created(taskID))
		}
		s.record(b, batch...)
	}, func() { s.copyEvents(b, batch) })
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// One event in a transaction, as when little happens.
func BenchmarkRecordOneEvent(b *testing.B) {
	s := setup(b)
	s.record(b, at(1, created(taskID)), at(2, &events.TaskStarted{Run: events.Run{TaskID: taskID, Request: 1, Attempt: 1}, Executor: "x"}))
	seq := uint64(2)
	var batch []events.Event
	testkit.Compare(b, func() {
		seq++
		batch = []events.Event{at(seq, &events.OutputScanned{TaskID: taskID, Request: 1})}
		s.record(b, batch...)
	}, func() { s.copyEvents(b, batch) })
}

// copyEvents writes a batch as rows of the audit trail by COPY.
func (b *bundle) copyEvents(t tester, batch []events.Event) {
	t.Helper()
	rows := make([][]any, len(batch))
	for i, e := range batch {
		data, err := json.Marshal(e.Data)
		if err != nil {
			t.Fatal(err)
		}
		rows[i] = []any{int64(beyond + e.Sequence), string(e.Type()), taskID, e.ID, e.Source, e.Time, e.Recorded, data}
	}
	b.copyRows(t, "data_pipeline_events", rows, "stream_seq", "type", "task_id", "event_id", "source", "time", "recorded_at", "data")
}

func (b *bundle) copyRows(t tester, table string, rows [][]any, columns ...string) {
	t.Helper()
	if n, err := b.pool.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows)); err != nil || n != int64(len(rows)) {
		t.Fatalf("%d of %d rows: %v", n, len(rows), err)
	}
}
