package store

import (
	"testing"

	"github.com/citu/datapipeline/events"
)

// A flood of log lines, 5,000 in a transaction.
func BenchmarkRecordLogs(b *testing.B) {
	s := setup(b)
	seq, first := uint64(0), uint64(0)
	lines := make([]string, 250)
	for i := range lines {
		lines[i] = "INFO 生成表 bss_service_area 的说明文档，共 20 列，耗时 0.12 秒"
	}
	for b.Loop() {
		batch := make([]events.Event, 20)
		for i := range batch {
			seq++
			batch[i] = logAt(seq, logged(taskID, 1, first, lines...))
			first += uint64(len(lines))
		}
		s.record(b, batch...)
	}
	b.ReportMetric(float64(first)/b.Elapsed().Seconds(), "lines/s")
}

// One event in a transaction, as when little happens.
func BenchmarkRecordOneEvent(b *testing.B) {
	s := setup(b)
	s.record(b, at(1, created(taskID)), at(2, &events.TaskStarted{Run: events.Run{TaskID: taskID, Request: 1, Attempt: 1}, Executor: "x"}))
	seq := uint64(2)
	for b.Loop() {
		seq++
		s.record(b, at(seq, &events.OutputScanned{TaskID: taskID, Request: 1}))
	}
}

// A thousand events of a task in a transaction.
func BenchmarkRecordEvents(b *testing.B) {
	s := setup(b)
	seq := uint64(0)
	for b.Loop() {
		batch := make([]events.Event, 1000)
		for i := range batch {
			seq++
			batch[i] = at(seq, &events.TaskStarted{Run: events.Run{TaskID: taskID, Request: 1, Attempt: i + 1}, Executor: "x"})
		}
		if seq == 1000 {
			batch[0] = at(1, created(taskID))
		}
		s.record(b, batch...)
	}
	b.ReportMetric(float64(seq)/b.Elapsed().Seconds(), "events/s")
}
