package broker_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestHistoryIsOneTaskBeyondASequence(t *testing.T) {
	b := testkit.Broker(t)
	if ids := history(t, b, taskA, 0); ids != nil {
		t.Errorf("a task that nobody created has %v", ids)
	}
	first, other, second := created(taskA), created(taskB), cancelRequested(taskA, 1)
	one := publish(t, b, first)
	publish(t, b, other)
	two := publish(t, b, second)
	for _, c := range []struct {
		name  string
		after uint64
		want  []string
	}{
		{"all", 0, []string{first.ID, second.ID}},
		{"beyond the first", one, []string{second.ID}},
		{"beyond the last", two, nil},
		{"beyond what there is", two + 100, nil},
	} {
		if got := history(t, b, taskA, c.after); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestHistoryEndsWhereItWasCalled(t *testing.T) {
	b := testkit.Broker(t)
	publish(t, b, created(taskA))
	seen := 0
	err := b.History(t.Context(), taskA, 0, func(events.Event) error {
		seen++
		publish(t, b, started(taskA, 1, seen))
		return nil
	})
	if err != nil || seen != 1 {
		t.Errorf("%d events, %v; want the one that was there", seen, err)
	}
}

func TestHistoryReturnsTheCallersError(t *testing.T) {
	b := testkit.Broker(t)
	publish(t, b, created(taskA))
	want := fmt.Errorf("mine: %w", broker.ErrUnavailable) // must not be taken for an outage
	if err := b.History(t.Context(), taskA, 0, func(events.Event) error { return want }); !errors.Is(err, want) || err.Error() != want.Error() {
		t.Errorf("got %v", err)
	}
}

func TestHistoryPassesOverWhatIsNoEvent(t *testing.T) {
	b := testkit.Broker(t)
	e := created(taskA)
	publish(t, b, e)
	if _, err := b.JS().Publish(t.Context(), events.TypeSubject("task.renamed", taskA), []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if got := history(t, b, taskA, 0); !slices.Equal(got, []string{e.ID}) {
		t.Errorf("got %v", got)
	}
}

func TestLoadTaskFoldsOnFromAStoredState(t *testing.T) {
	b := testkit.Broker(t)
	request := publish(t, b, created(taskA))
	stored, err := b.LoadTask(t.Context(), taskA, projection.Task{})
	if err != nil || stored.Status != projection.Pending || stored.LastSeq != request {
		t.Fatalf("%+v, %v", stored, err)
	}
	publish(t, b, started(taskA, request, 1))
	for name, from := range map[string]projection.Task{"nothing": {}, "the stored state": stored} {
		task, err := b.LoadTask(t.Context(), taskA, from)
		if err != nil || task.Status != projection.InProgress {
			t.Errorf("from %s: %s, %v", name, task.Status, err)
		}
	}
}

func TestFollowDeliversInOrderWithPlaceAndTime(t *testing.T) {
	b := testkit.Broker(t)
	first := publish(t, b, created(taskA))
	publish(t, b, created(taskB))
	last := publish(t, b, started(taskA, first, 1))
	f := broker.Following{Stream: events.StreamPipeline, Subjects: events.TaskSubjects(taskA), From: 1}
	got, err := follow(t.Context(), b, f, 2)
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Sequence != first || got[1].Sequence != last || got[1].Stream != events.StreamPipeline {
		t.Errorf("got %+v", got)
	}
	if age := time.Since(got[0].Recorded); age < 0 || age > time.Minute {
		t.Errorf("recorded at %s", got[0].Recorded)
	}
}

func TestFollowSurvivesARestartWithoutAGap(t *testing.T) {
	server := testkit.NATS(t)
	b := server.Broker()
	const before, after = 50, 50
	var want []string
	add := func() {
		e := started(taskA, 1, len(want)+1)
		publish(t, b, e)
		want = append(want, e.ID)
	}
	for range before {
		add()
	}
	seen := make(chan string, before+after)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		done <- b.Follow(ctx, broker.Following{Stream: events.StreamPipeline}, func(e events.Event) error {
			seen <- e.ID
			return nil
		})
	}()
	var got []string
	for range before {
		got = append(got, <-seen)
	}
	server.Stop()
	server.Start()
	for range after {
		add()
	}
	for range after {
		got = append(got, <-seen)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Follow ended with %v", err)
	}
	if !slices.Equal(got, want) {
		t.Error("the events differ from those published")
	}
}

func TestFollowHandsOverWhatIsNoEvent(t *testing.T) {
	b := testkit.Broker(t)
	subject := events.TypeSubject(events.TypeTaskCreated, taskA)
	if _, err := b.JS().Publish(t.Context(), subject, []byte("junk")); err != nil {
		t.Fatal(err)
	}
	publish(t, b, created(taskB))
	var bad []broker.Message
	f := broker.Following{Stream: events.StreamPipeline, Undecodable: func(m broker.Message, err error) error {
		if !errors.Is(err, events.ErrInvalid) {
			t.Errorf("reason %v", err)
		}
		bad = append(bad, m)
		return nil
	}}
	if got, err := follow(t.Context(), b, f, 1); err != nil || got[0].Task() != taskB {
		t.Fatalf("%v, %v", got, err)
	}
	if len(bad) != 1 || bad[0].Subject != subject || string(bad[0].Body) != "junk" || bad[0].Sequence != 1 {
		t.Errorf("handed over %+v", bad)
	}
}

func TestFollowSaysWhatIsLost(t *testing.T) {
	b := testkit.Broker(t)
	for range 3 {
		publish(t, b, created(taskA))
	}
	s, err := b.JS().Stream(t.Context(), events.StreamPipeline)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Purge(t.Context(), jetstream.WithPurgeSequence(3)); err != nil {
		t.Fatal(err)
	}
	if _, err := follow(t.Context(), b, broker.Following{Stream: events.StreamPipeline, From: 2}, 1); !errors.Is(err, broker.ErrGap) {
		t.Errorf("from a sequence that is gone: %v, want ErrGap", err)
	}
	got, err := follow(t.Context(), b, broker.Following{Stream: events.StreamPipeline}, 1)
	if err != nil || got[0].Sequence != 3 {
		t.Errorf("from the first there is: %v, %v", got, err)
	}

	state, err := b.State(t.Context(), events.StreamPipeline)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.JS().DeleteStream(t.Context(), events.StreamPipeline); err != nil {
		t.Fatal(err)
	}
	f := broker.Following{Stream: events.StreamPipeline, From: 4, Created: state.Created}
	if _, err := follow(t.Context(), b, f, 1); !errors.Is(err, broker.ErrNotFound) {
		t.Errorf("without the stream: %v, want ErrNotFound", err)
	}
	if err := b.Provision(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := follow(t.Context(), b, f, 1); !errors.Is(err, broker.ErrReplaced) {
		t.Errorf("with another stream in its place: %v, want ErrReplaced", err)
	}
}
