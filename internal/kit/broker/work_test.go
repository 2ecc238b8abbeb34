package broker_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

func executorQueue(t *testing.T, b *broker.Broker) *broker.Queue {
	t.Helper()
	q, err := b.Queue(t.Context(), events.ConsumerExecutor)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestQueueHandsOutOneAtATime(t *testing.T) {
	b := testkit.Broker(t)
	q := executorQueue(t, b)
	first, second := publish(t, b, created(taskA)), publish(t, b, created(taskB))
	d, err := q.Next(t.Context())
	if err != nil || d.Event.Sequence != first || d.Deliveries != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	if err := d.InProgress(); err != nil {
		t.Error(err)
	}
	next := make(chan *broker.Delivery)
	go func() {
		defer close(next)
		if d, err := q.Next(t.Context()); err == nil {
			next <- d
		}
	}()
	select {
	case d := <-next:
		t.Errorf("beyond the limit of one: %+v", d)
	case <-time.After(100 * time.Millisecond):
	}
	if err := d.Ack(t.Context()); err != nil {
		t.Fatal(err)
	}
	d = <-next
	if d == nil || d.Event.Sequence != second || d.Deliveries != 1 {
		t.Fatalf("%+v", d)
	}
	if err := d.Nak(time.Millisecond); err != nil {
		t.Fatal(err)
	}
	d, err = q.Next(t.Context())
	if err != nil || d.Event.Sequence != second || d.Deliveries != 2 {
		t.Fatalf("after a nak: %+v, %v", d, err)
	}
	if err := d.Ack(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestQueueKeepsWhatIsNoEventAsDeadLetter(t *testing.T) {
	b := testkit.Broker(t)
	subject := events.TypeSubject(events.TypeTaskCreated, taskA)
	if _, err := b.JS().Publish(t.Context(), subject, []byte("junk"), jetstream.WithMsgID("1")); err != nil {
		t.Fatal(err)
	}
	publish(t, b, created(taskB))
	d, err := executorQueue(t, b).Next(t.Context())
	if err != nil || d.Event.Task() != taskB {
		t.Fatalf("%+v, %v", d, err)
	}
	s, err := b.JS().Stream(t.Context(), events.StreamDeadLetters)
	if err != nil {
		t.Fatal(err)
	}
	letter, err := s.GetLastMsgForSubject(t.Context(), events.DeadLetterPrefix+".test")
	if err != nil {
		t.Fatal(err)
	}
	if string(letter.Data) != "junk" || letter.Header.Get(broker.HeaderDeadSubject) != subject ||
		letter.Header.Get(broker.HeaderDeadSequence) != "1" || !strings.Contains(letter.Header.Get(broker.HeaderDeadReason), "invalid") {
		t.Errorf("letter %+v", letter)
	}
}

// Where several services share a process, the metrics of each have the label
// service.
func TestMetricsCanBeGatheredForSeveralServices(t *testing.T) {
	b := testkit.Broker(t)
	if err := b.DeadLetter(t.Context(), "recorder", broker.Message{Stream: events.StreamLogs, Sequence: 1}, "no event"); err != nil {
		t.Fatal(err)
	}
	shared, own := prometheus.NewRegistry(), prometheus.NewRegistry()
	own.MustRegister(b.Collectors()...)
	prometheus.WrapRegistererWith(prometheus.Labels{"service": "recorder"}, shared).MustRegister(own)
	if _, err := shared.Gather(); err != nil {
		t.Error(err)
	}
}

func TestDeadLetterIsKeptOnce(t *testing.T) {
	b := testkit.Broker(t)
	m := broker.Message{Stream: events.StreamPipeline, Sequence: 7, Subject: "pipeline.task.created.x", Body: []byte("b")}
	for range 2 {
		if err := b.DeadLetter(t.Context(), "recorder", m, "two\nlines"); err != nil {
			t.Fatal(err)
		}
	}
	state, err := b.State(t.Context(), events.StreamDeadLetters)
	if err != nil || state.Messages != 1 {
		t.Errorf("%d letters, %v", state.Messages, err)
	}
}

func TestQueueSurvivesARestart(t *testing.T) {
	server := testkit.NATS(t)
	b := server.Broker()
	q := executorQueue(t, b)
	got := make(chan *broker.Delivery)
	go func() {
		d, err := q.Next(t.Context())
		if err != nil {
			t.Error(err)
		}
		got <- d
	}()
	server.Stop()
	server.Start()
	publish(t, b, created(taskA))
	if d := <-got; d == nil || d.Event.Task() != taskA {
		t.Errorf("got %+v", d)
	}
}

func TestQueueThatNobodyProvisioned(t *testing.T) {
	if _, err := testkit.Broker(t).Queue(t.Context(), "nobody"); !errors.Is(err, broker.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}
