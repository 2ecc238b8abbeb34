package broker_test

import (
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/testkit"
)

// BenchmarkLoadTask is what a read of one task costs: with nothing new beyond
// the stored state, and folding a whole history of 20 events.
func BenchmarkLoadTask(b *testing.B) {
	broker := testkit.Broker(b)
	all := []events.Event{created(taskA)}
	for attempt := range 19 {
		all = append(all, started(taskA, 1, attempt+1))
	}
	if err := broker.PublishAll(b.Context(), all...); err != nil {
		b.Fatal(err)
	}
	stored, err := broker.LoadTask(b.Context(), taskA, projection.Task{})
	if err != nil {
		b.Fatal(err)
	}
	for name, from := range map[string]projection.Task{"current": stored, "from nothing": {}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := broker.LoadTask(b.Context(), taskA, from); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPublishTask is what one durable compare-and-set costs.
func BenchmarkPublishTask(b *testing.B) {
	broker := testkit.Broker(b)
	seq, err := broker.PublishTask(b.Context(), created(taskA), 0)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if seq, err = broker.PublishTask(b.Context(), started(taskA, 1, 1), seq); err != nil {
			b.Fatal(err)
		}
	}
}
