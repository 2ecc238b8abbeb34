package broker_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestPublishTaskTakesAnIDOnce(t *testing.T) {
	b := testkit.Broker(t)
	if _, err := b.PublishTask(t.Context(), created(taskA), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := b.PublishTask(t.Context(), created(taskA), 0); !errors.Is(err, broker.ErrConflict) {
		t.Errorf("the second claim of an id: %v, want ErrConflict", err)
	}
	if _, err := b.PublishTask(t.Context(), created(taskB), 0); err != nil {
		t.Errorf("another id: %v", err)
	}
}

func TestPublishTaskLostToSomethingNewer(t *testing.T) {
	b := testkit.Broker(t)
	first, err := b.PublishTask(t.Context(), created(taskA), 0)
	if err != nil {
		t.Fatal(err)
	}
	second := publish(t, b, cancelRequested(taskA, first))
	if _, err := b.PublishTask(t.Context(), started(taskA, first, 1), first); !errors.Is(err, broker.ErrConflict) {
		t.Errorf("overtaken: %v, want ErrConflict", err)
	}
	last, err := b.LastTaskSeq(t.Context(), taskA)
	if err != nil || last != second {
		t.Fatalf("last sequence %d, %v, want %d", last, err, second)
	}
	if _, err := b.PublishTask(t.Context(), started(taskA, first, 1), last); err != nil {
		t.Errorf("with the newest as expected: %v", err)
	}
}

// A try whose acknowledgement was lost looks to the next try like a conflict.
func TestPublishTaskRecognisesItsOwnLostTry(t *testing.T) {
	for name, overtake := range map[string]bool{"as the newest": false, "below something newer": true} {
		t.Run(name, func(t *testing.T) {
			b := testkit.Broker(t)
			e := created(taskA)
			first, err := b.PublishTask(t.Context(), e, 0)
			if err != nil {
				t.Fatal(err)
			}
			if overtake {
				publish(t, b, cancelRequested(taskA, first))
			}
			again, err := b.PublishTask(t.Context(), e, 0)
			if err != nil || again != first {
				t.Errorf("again: sequence %d, %v, want %d", again, err, first)
			}
			if n := len(history(t, b, taskA, first)); overtake != (n == 1) {
				t.Errorf("%d events after the first", n)
			}
		})
	}
}

func TestPublishRefusesWhatBreaksTheContract(t *testing.T) {
	b := testkit.Broker(t)
	bad := created("no task id")
	if _, err := b.Publish(t.Context(), bad); !errors.Is(err, events.ErrInvalid) {
		t.Errorf("Publish: %v, want ErrInvalid", err)
	}
	if err := b.PublishAll(t.Context(), created(taskA), bad); !errors.Is(err, events.ErrInvalid) {
		t.Errorf("PublishAll: %v, want ErrInvalid", err)
	}
	if ids := history(t, b, taskA, 0); len(ids) != 0 {
		t.Errorf("a refused PublishAll left %d events", len(ids))
	}
	if _, err := b.PublishOutput(t.Context(), created(taskA), 0); err == nil {
		t.Error("a task event was published as an output event")
	}
}

func TestPublishAllKeepsOrder(t *testing.T) {
	b := testkit.Broker(t)
	all := []events.Event{created(taskA)}
	for attempt := range 1000 {
		all = append(all, started(taskA, 1, attempt+1))
	}
	if err := b.PublishAll(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	want := make([]string, len(all))
	for i, e := range all {
		want[i] = e.ID
	}
	if got := history(t, b, taskA, 0); !slices.Equal(got, want) {
		t.Errorf("%d events in another order than the %d published", len(got), len(want))
	}
	if err := b.PublishAll(t.Context(), all[:10]...); err != nil {
		t.Fatal(err)
	}
	if got := history(t, b, taskA, 0); len(got) != len(want) {
		t.Errorf("publishing again made %d of %d", len(got), len(want))
	}
}

func TestPublishWaitsOutAnOutage(t *testing.T) {
	server := testkit.NATS(t)
	b := server.Broker()
	server.Stop()

	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := b.Publish(short, created(taskA)); !errors.Is(err, broker.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("during an outage: %v, want ErrUnavailable and the deadline", err)
	}

	results := make(chan error, 2)
	go func() {
		_, err := b.PublishTask(t.Context(), created(taskB), 0)
		results <- err
	}()
	go func() {
		results <- b.PublishAll(t.Context(), started(taskA, 1, 1), started(taskA, 1, 2))
	}()
	server.Start()
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if n := len(history(t, b, taskB, 0)); n != 1 {
		t.Errorf("%d events of one publish", n)
	}
	if n := len(history(t, b, taskA, 0)); n != 2 {
		t.Errorf("%d events of a pipelined publish of two", n)
	}
}
