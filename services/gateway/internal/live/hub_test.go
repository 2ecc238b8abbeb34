package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

var start = time.Date(2025, 7, 1, 14, 30, 52, 0, time.UTC)

// run starts a hub on a broker, for one test.
func run(t *testing.T, b *broker.Broker, cfg Config) *Hub {
	t.Helper()
	h := New(b, cfg, testkit.Log(t))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return h
}

func follow(t *testing.T, h *Hub, from Position, f Filter) *Follower {
	t.Helper()
	w, err := h.Follow(from, f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func now(t *testing.T, h *Hub) Position {
	t.Helper()
	p, err := h.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// next reads n events, as "<stream> <sequence>".
func next(t *testing.T, w *Follower, n int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []string
	for range n {
		i, err := w.Next(ctx)
		if err != nil {
			t.Fatalf("after %v: %v", got, err)
		}
		got = append(got, fmt.Sprintf("%s %d", i.Stream, i.Sequence))
	}
	return got
}

// quiet fails if there is another event within a moment.
func quiet(t *testing.T, w *Follower) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if i, err := w.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%+v, %v; want nothing more", i, err)
	}
}

// of keeps the sequences of one stream.
func of(stream string, got []string) []string {
	return slices.DeleteFunc(slices.Clone(got), func(s string) bool { return !strings.HasPrefix(s, stream+" ") })
}

func TestFollowerGetsWhatComes(t *testing.T) {
	b := testkit.Broker(t)
	h := run(t, b, Config{})
	task := story.New(t, b, start).Create()
	for now(t, h).Pipeline < 1 {
		time.Sleep(time.Millisecond) // there is no signal for what the hub has seen
	}
	w := follow(t, h, now(t, h), Filter{})
	task.Begin().Log(events.LevelInfo, "a line")
	got := next(t, w, 2)
	slices.Sort(got)
	if want := []string{"PIPELINE 2", "PIPELINE_LOGS 1"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if want := (Position{Pipeline: 2, Logs: 1}); w.Position() != want {
		t.Errorf("position %v, want %v", w.Position(), want)
	}
	quiet(t, w)
}

func TestFollowerCatchesUpFromTheBeginning(t *testing.T) {
	b := testkit.Broker(t)
	task := story.New(t, b, start).Create().Begin()
	for range 40 {
		task.Log(events.LevelInfo, "one", "two")
	}
	h := run(t, b, Config{RingItems: 4}) // the ring begins behind all that
	w := follow(t, h, Position{}, Filter{TaskID: task.ID})
	task.Step(events.StepDDL).Log(events.LevelInfo, "three")
	got := next(t, w, 46)
	if logs := of(events.StreamLogs, got); len(logs) != 41 || logs[40] != "PIPELINE_LOGS 41" {
		t.Errorf("logs %v", logs)
	}
	if state := of(events.StreamPipeline, got); !slices.Equal(state, []string{"PIPELINE 1", "PIPELINE 2", "PIPELINE 3", "PIPELINE 4", "PIPELINE 5"}) {
		t.Errorf("state %v", state)
	}
	quiet(t, w)
}

func TestFilterLeavesOutAndPositionGoesOn(t *testing.T) {
	b := testkit.Broker(t)
	h := run(t, b, Config{})
	one, other := story.New(t, b, start).Create(), story.New(t, b, start.Add(time.Second)).Create()
	w := follow(t, h, Position{}, Filter{TaskID: one.ID, Types: []events.Type{events.TypeTaskStarted, events.TypeLog}, Level: events.LevelError})
	one.Begin().Log(events.LevelInfo, "left out")
	other.Begin().Log(events.LevelError, "of another task")
	one.Log(events.LevelCritical, "kept")
	got := next(t, w, 2)
	slices.Sort(got)
	if want := []string{"PIPELINE 3", "PIPELINE_LOGS 3"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	quiet(t, w)
	if want := (Position{Pipeline: 4, Logs: 3}); w.Position() != want {
		t.Errorf("position %v, want %v", w.Position(), want)
	}
}

func TestEndOfARunComesAfterItsLogs(t *testing.T) {
	b := testkit.Broker(t)
	task := story.New(t, b, start).Create().Begin()
	for range 300 {
		task.Log(events.LevelInfo, "a line")
	}
	task.Complete()
	h := run(t, b, Config{RingItems: 10})
	got := next(t, follow(t, h, Position{}, Filter{TaskID: task.ID}), 303)
	if got[302] != "PIPELINE 3" {
		t.Errorf("last is %s", got[302])
	}
}

func TestSealedConnectionsAreLeftOut(t *testing.T) {
	b := testkit.Broker(t)
	h := run(t, b, Config{})
	story.New(t, b, start).Create()
	i, err := follow(t, h, Position{}, Filter{}).Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(i.JSON), story.Sealed) {
		t.Errorf("ciphertext in %s", i.JSON)
	}
	if !strings.Contains(string(i.JSON), `"sequence":"1"`) || !strings.Contains(string(i.JSON), `"masked":"postgres://reader:***@db/shop"`) {
		t.Errorf("event is %s", i.JSON)
	}
}

func TestPositionsThatAreNotInTheStreams(t *testing.T) {
	b := testkit.Broker(t)
	task := story.New(t, b, start).Create().Begin().Step(events.StepDDL)
	s, err := b.JS().Stream(t.Context(), events.StreamPipeline)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteMsg(t.Context(), 1); err != nil { // as retention would
		t.Fatal(err)
	}
	if err := s.DeleteMsg(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	h := run(t, b, Config{})
	for name, from := range map[string]Position{
		"past the retention": {Pipeline: 1},
		"beyond the end":     {Pipeline: 99},
		"beyond the logs":    {Pipeline: 5, Logs: 7},
	} {
		if _, err := follow(t, h, from, Filter{TaskID: task.ID}).Next(t.Context()); !errors.Is(err, ErrReset) {
			t.Errorf("%s: %v, want ErrReset", name, err)
		}
	}
	if got := next(t, follow(t, h, Position{}, Filter{}), 3); got[0] != "PIPELINE 3" {
		t.Errorf("from the beginning: %v", got)
	}
}

func TestSlowFollowerIsEnded(t *testing.T) {
	b := testkit.Broker(t)
	h := run(t, b, Config{RingItems: 4})
	w := follow(t, h, now(t, h), Filter{})
	task := story.New(t, b, start).Create()
	next(t, w, 1)
	for range 200 {
		task.Log(events.LevelInfo, "flood")
	}
	for {
		_, err := w.Next(t.Context())
		if errors.Is(err, ErrBehind) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if at := w.Position(); at.Logs >= 200 {
		t.Errorf("it has seen all, up to %v", at)
	}
	rest := follow(t, h, w.Position(), Filter{})
	if got := next(t, rest, int(200-w.Position().Logs)); got[len(got)-1] != "PIPELINE_LOGS 200" {
		t.Errorf("going on ends with %s", got[len(got)-1])
	}
}

func TestFollowersAreBounded(t *testing.T) {
	h := run(t, testkit.Broker(t), Config{MaxFollowers: 2})
	first := follow(t, h, Position{}, Filter{})
	follow(t, h, Position{}, Filter{})
	if _, err := h.Follow(Position{}, Filter{}); !errors.Is(err, ErrTooMany) {
		t.Errorf("a third: %v", err)
	}
	first.Close()
	w, err := h.Follow(Position{}, Filter{})
	if err != nil {
		t.Fatalf("after one has gone: %v", err)
	}
	w.Close()
}

func TestFollowerLivesThroughAnOutage(t *testing.T) {
	server := testkit.NATS(t)
	b := server.Broker()
	h := run(t, b, Config{})
	w := follow(t, h, now(t, h), Filter{})
	task := story.New(t, b, start).Create()
	next(t, w, 1)
	server.Stop()
	server.Start()
	task.Begin()
	if got := next(t, w, 1); got[0] != "PIPELINE 2" {
		t.Errorf("after the outage: %v", got)
	}
}

func TestStreamMadeAnewResetsFollowers(t *testing.T) {
	b := testkit.Broker(t)
	h := run(t, b, Config{})
	w := follow(t, h, now(t, h), Filter{})
	story.New(t, b, start).Create()
	next(t, w, 1)
	if err := b.JS().DeleteStream(t.Context(), events.StreamPipeline); err != nil {
		t.Fatal(err)
	}
	if err := b.Provision(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := w.Next(ctx); !errors.Is(err, ErrReset) {
		t.Errorf("%v, want ErrReset", err)
	}
}

func TestAwaitSeesTheTasksEvents(t *testing.T) {
	b := testkit.Broker(t)
	h := run(t, b, Config{})
	at := now(t, h)
	task, other := story.New(t, b, start), story.New(t, b, start.Add(time.Second))
	woken := make(chan error, 1)
	go func() { woken <- h.Await(t.Context(), task.ID, at.Pipeline) }()
	other.Create()
	select {
	case err := <-woken:
		t.Fatalf("woken by another task: %v", err)
	case <-time.After(30 * time.Millisecond):
	}
	task.Create()
	if err := <-woken; err != nil {
		t.Error(err)
	}
}

func TestBehindCountsAndDates(t *testing.T) {
	b := testkit.Broker(t)
	h := run(t, b, Config{})
	w := follow(t, h, now(t, h), Filter{})
	story.New(t, b, start).Create().Begin()
	next(t, w, 2)
	if n, since, known := h.Behind(events.StreamPipeline, 0); n != 2 || time.Since(since) > time.Minute || !known {
		t.Errorf("%d since %v, %v", n, since, known)
	}
	for _, at := range []uint64{2, 3} { // the second as after a restore
		if n, since, known := h.Behind(events.StreamPipeline, at); n != 0 || !since.IsZero() || !known {
			t.Errorf("%d since %v, %v", n, since, known)
		}
	}
	if _, _, known := New(b, Config{}, testkit.Log(t)).Behind(events.StreamPipeline, 0); known {
		t.Error("a hub that does not run knows how far the stream is")
	}
}
