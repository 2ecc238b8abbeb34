package broker_test

import (
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/testkit"
)

// BenchmarkLoadTask is what a read of one task costs: with nothing new beyond
// the stored state, against the one question to the stream that it cannot do
// without; and folding a history of 20 events, against fetching them.
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
	load := func(b *testing.B, from projection.Task) func() {
		return func() {
			if _, err := broker.LoadTask(b.Context(), taskA, from); err != nil {
				b.Fatal(err)
			}
		}
	}
	subject := events.KindSubject("*", taskA)
	stream, err := broker.JS().Stream(b.Context(), events.StreamPipeline)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("current", func(b *testing.B) {
		testkit.Compare(b, load(b, stored), func() {
			if _, err := stream.GetLastMsgForSubject(b.Context(), subject); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("from nothing", func(b *testing.B) {
		testkit.Compare(b, load(b, projection.Task{}), func() { fetch(b, stream, subject, len(all)) })
	})
}

// fetch reads n messages by a consumer of its own.
func fetch(b *testing.B, stream jetstream.Stream, subject string, n int) {
	b.Helper()
	consumer, err := stream.OrderedConsumer(b.Context(), jetstream.OrderedConsumerConfig{FilterSubjects: []string{subject}})
	if err != nil {
		b.Fatal(err)
	}
	batch, err := consumer.Fetch(n)
	if err != nil {
		b.Fatal(err)
	}
	got := 0
	for range batch.Messages() {
		got++
	}
	if got != n || batch.Error() != nil {
		b.Fatalf("%d of %d messages: %v", got, n, batch.Error())
	}
	if err := stream.DeleteConsumer(b.Context(), consumer.CachedInfo().Name); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPublish is what one durable event costs, against the bare
// acknowledgement of a message with the same body.
func BenchmarkPublish(b *testing.B) {
	broker := testkit.Broker(b)
	event := started(taskA, 1, 1)
	msg, err := events.Encode(event)
	if err != nil {
		b.Fatal(err)
	}
	bare := func() {
		if _, err := broker.JS().Publish(b.Context(), msg.Subject, msg.Data); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("one", func(b *testing.B) {
		testkit.Compare(b, func() {
			if _, err := broker.Publish(b.Context(), started(taskA, 1, 1)); err != nil {
				b.Fatal(err)
			}
		}, bare)
	})
	b.Run("compare-and-set", func(b *testing.B) {
		seq, err := broker.PublishTask(b.Context(), created(taskB), 0)
		if err != nil {
			b.Fatal(err)
		}
		testkit.Compare(b, func() {
			if seq, err = broker.PublishTask(b.Context(), started(taskB, 1, 1), seq); err != nil {
				b.Fatal(err)
			}
		}, bare)
	})
}
