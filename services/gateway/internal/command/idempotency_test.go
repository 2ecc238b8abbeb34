package command

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/trace"
)

func key(value, body string) Key { return Key{Actor: "ann", Value: value, Body: []byte(body)} }

func prepared() (NewTask, error) { return order(), nil }

func (f *fixture) keys() jetstream.KeyValue {
	f.t.Helper()
	keys, err := f.broker.JS().KeyValue(f.t.Context(), events.BucketIdempotency)
	if err != nil {
		f.t.Fatal(err)
	}
	return keys
}

func TestSameKeyAndBodyGiveTheSameTask(t *testing.T) {
	f := newFixture(t)
	first, replayed, err := f.CreateOnce(t.Context(), key("k", "{}"), prepared)
	if err != nil || replayed {
		t.Fatal(replayed, err)
	}
	unprepared := func() (NewTask, error) { return NewTask{}, errors.New("asked again") }
	again, replayed, err := f.CreateOnce(t.Context(), key("k", "{}"), unprepared)
	if err != nil || !replayed || again.TaskID != first.TaskID || again.Sequence != first.Sequence || !again.CreatedAt.Equal(first.CreatedAt) {
		t.Errorf("%+v, %v, %v, want %+v", again, replayed, err, first)
	}
}

func TestSameKeyWithAnotherBodyIsRefused(t *testing.T) {
	f := newFixture(t)
	if _, _, err := f.CreateOnce(t.Context(), key("k", "{}"), prepared); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.CreateOnce(t.Context(), key("k", `{"a":1}`), prepared); !apierr.Is(err, apierr.IdempotencyReused) {
		t.Error(err)
	}
	other := key("k", `{"a":1}`)
	other.Actor = "bob"
	if _, _, err := f.CreateOnce(t.Context(), other, prepared); err != nil {
		t.Errorf("the key of another caller: %v", err)
	}
}

func TestRefusedBodyLeavesTheKeyFree(t *testing.T) {
	f := newFixture(t)
	faulty := func() (NewTask, error) { return NewTask{}, apierr.Invalid() }
	if _, _, err := f.CreateOnce(t.Context(), key("k", "{}"), faulty); !apierr.Is(err, apierr.ValidationFailed) {
		t.Fatal(err)
	}
	if _, _, err := f.CreateOnce(t.Context(), key("k", `{"a":1}`), prepared); err != nil {
		t.Error(err)
	}
}

func TestRacingRequestsWithOneKeyMakeOneTask(t *testing.T) {
	f := newFixture(t)
	var mu sync.Mutex
	ids, waiting := map[string]int{}, 0
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			created, _, err := f.CreateOnce(t.Context(), key("k", "{}"), prepared)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				ids[created.TaskID]++
			case apierr.Is(err, apierr.IdempotencyInFlight):
				waiting++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(ids) != 1 {
		t.Errorf("tasks %v, %d waiting", ids, waiting)
	}
}

// crashed leaves behind what a gateway does that dies after it took the key; at
// is when that was.
func (f *fixture) crashed(k Key, p plan) ticket {
	f.t.Helper()
	t := ticket{entry: entry{Body: digest(k.Body), Plan: &p}, name: k.name()}
	var err error
	if t.revision, err = f.keys().Create(f.t.Context(), t.name, t.encode()); err != nil {
		f.t.Fatal(err)
	}
	return t
}

// later is the ticket as one finds it after its claim is over.
func (t ticket) later() ticket {
	t.since = time.Now().Add(-claim)
	return t
}

func TestKeyInFlightIsNotTaken(t *testing.T) {
	f := newFixture(t)
	f.crashed(key("k", "{}"), f.plan(t.Context(), order()))
	_, _, err := f.CreateOnce(t.Context(), key("k", "{}"), prepared)
	var refusal *apierr.Error
	if !errors.As(err, &refusal) || refusal.Type != apierr.IdempotencyInFlight || refusal.RetryAfter == 0 {
		t.Error(err)
	}
}

func TestCrashBeforePublishingIsMadeGood(t *testing.T) {
	f := newFixture(t)
	k, p := key("k", "{}"), f.plan(t.Context(), order())
	left := f.crashed(k, p)
	created, err := f.resume(t.Context(), f.keys(), k, left.later())
	if err != nil || created.TaskID != f.created(p).TaskID {
		t.Fatalf("%+v, %v", created, err)
	}
	if again, replayed, err := f.CreateOnce(t.Context(), k, prepared); err != nil || !replayed || again.TaskID != created.TaskID {
		t.Errorf("%+v, %v, %v", again, replayed, err)
	}
}

func TestCrashAfterPublishingMakesNoSecondTask(t *testing.T) {
	f := newFixture(t)
	k, p := key("k", "{}"), f.plan(t.Context(), order())
	left := f.crashed(k, p)
	first, err := f.carryOut(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	f.run(first.TaskID, events.StepDDL)
	created, err := f.resume(t.Context(), f.keys(), k, left.later())
	if err != nil || created.TaskID != first.TaskID || created.Sequence != first.Sequence {
		t.Errorf("%+v, %v, want %+v", created, err, first)
	}
}

// Who carries a plan out later publishes the very event, of the trace in which
// it was decided.
func TestPlanIsCarriedOutInTheTraceThatDecided(t *testing.T) {
	const first, second = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	f := newFixture(t)
	k := key("k", "{}")
	left := f.crashed(k, f.plan(trace.With(t.Context(), first), order()))
	found, err := find(t.Context(), f.keys(), k) // as the next gateway reads it
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.carryOut(t.Context(), *left.Plan); err != nil {
		t.Fatal(err)
	}
	created, err := f.resume(trace.With(t.Context(), second), f.keys(), k, found.later())
	if err != nil {
		t.Fatal(err)
	}
	if all := f.events(created.TaskID); len(all) != 1 || all[0].TraceParent != first {
		t.Errorf("%d events, the first of trace %s", len(all), all[0].TraceParent)
	}
}

func TestTwoWhoCarryOnMakeOneTask(t *testing.T) {
	f := newFixture(t)
	k := key("k", "{}")
	left := f.crashed(k, f.plan(t.Context(), order())).later()
	created, err := f.resume(t.Context(), f.keys(), k, left)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.resume(t.Context(), f.keys(), k, left); !apierr.Is(err, apierr.IdempotencyInFlight) {
		t.Errorf("the second of two: %v", err)
	}
	if n := len(f.events(created.TaskID)); n != 1 {
		t.Errorf("%d events", n)
	}
}

func TestPlanWhoseIdIsTakenGetsAnother(t *testing.T) {
	f := newFixture(t)
	k, p := key("k", "{}"), f.plan(t.Context(), order())
	other := p
	other.EventID = newEventID()
	taken, err := f.carryOut(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	created, err := f.finish(t.Context(), f.keys(), f.crashed(k, p))
	if err != nil || created.TaskID == taken.TaskID {
		t.Errorf("%+v, %v", created, err)
	}
}

func TestFinishedKeyKeepsNoConnection(t *testing.T) {
	f := newFixture(t)
	k := key("k", "{}")
	if _, _, err := f.CreateOnce(t.Context(), k, prepared); err != nil {
		t.Fatal(err)
	}
	kept, err := find(t.Context(), f.keys(), k)
	if err != nil || kept.Plan != nil || kept.Created == nil {
		t.Errorf("%+v, %v", kept, err)
	}
}
