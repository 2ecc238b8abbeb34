package read_test

import (
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

// BenchmarkTask reads one recorded task, to which nothing has happened since.
func BenchmarkTask(b *testing.B) {
	s := setup(b)
	s.Record()
	task := story.New(b, s.Broker, start).Create().Begin().Step(events.StepDDL)
	s.Recorded()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.reader.Task(b.Context(), task.ID); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTaskFromTheStream reads one task of which nothing is recorded.
func BenchmarkTaskFromTheStream(b *testing.B) {
	s := setup(b)
	task := story.New(b, s.Broker, start).Create().Begin().Step(events.StepDDL)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.reader.Task(b.Context(), task.ID); err != nil {
			b.Fatal(err)
		}
	}
}
