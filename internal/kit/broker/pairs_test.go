package broker_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

// reviews are n approvals of different pairs of taskA.
func reviews(n int) []events.Event {
	list := make([]events.Event, n)
	for i := range list {
		list[i] = events.New("test", &events.PairReviewed{Decision: events.DecisionApproved, PairChange: events.PairChange{
			TaskID: taskA, PairID: fmt.Sprintf("p_%016x", i), Question: "how many?", SQL: "SELECT 1;",
			Source: events.SourceRules, Actor: "ann", At: time.Now(),
		}})
	}
	return list
}

func TestPairsAreWrittenAllOrNoneAndFolded(t *testing.T) {
	b := testkit.Broker(t)
	last := uint64(0)
	for _, n := range []int{1, 2, broker.MaxPairBatch} {
		var err error
		if last, err = b.PublishPairs(t.Context(), reviews(n), last); err != nil {
			t.Fatal(err)
		}
	}
	pairs, folded, err := b.LoadPairs(t.Context(), taskA, nil, 0)
	if err != nil || len(pairs) != broker.MaxPairBatch || folded != last {
		t.Fatalf("%d pairs up to %d, %v; want %d up to %d", len(pairs), folded, err, broker.MaxPairBatch, last)
	}
	if _, err := b.PublishPairs(t.Context(), reviews(3), last-1); !errors.Is(err, broker.ErrConflict) {
		t.Errorf("behind an earlier event: %v, want ErrConflict", err)
	}
	if got, err := b.LastPairSeq(t.Context(), taskA); err != nil || got != last {
		t.Errorf("the last one is at %d, %v; want %d", got, err, last)
	}
	if _, again, err := b.LoadPairs(t.Context(), taskA, pairs, last); err != nil || again != last {
		t.Errorf("with nothing new the fold is at %d, %v", again, err)
	}
	for _, n := range []int{0, broker.MaxPairBatch + 1} {
		if _, err := b.PublishPairs(t.Context(), reviews(n), last); err == nil {
			t.Errorf("%d events at once are taken", n)
		}
	}
}

// A deployment of an earlier version gets what the contract has added.
func TestProvisionAddsSubjectsToAnEarlierStream(t *testing.T) {
	b := testkit.Broker(t)
	s, err := b.JS().Stream(t.Context(), events.StreamPipeline)
	if err != nil {
		t.Fatal(err)
	}
	cfg := s.CachedInfo().Config
	cfg.Subjects = slices.DeleteFunc(slices.Clone(cfg.Subjects), func(s string) bool { return s == events.KindSubject("pair", "*") })
	if _, err := b.JS().UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := b.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), "PIPELINE: subjects is [") {
		t.Errorf("verify does not say that subjects differ: %v", err)
	}
	if _, err := b.JS().Publish(t.Context(), events.TypeSubject(events.TypePairAdded, taskA), nil); !errors.Is(err, jetstream.ErrNoStreamResponse) {
		t.Fatalf("the stream takes pairs: %v", err)
	}
	if err := b.Provision(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.PublishPairs(t.Context(), reviews(1), 0); err != nil {
		t.Errorf("after provisioning: %v", err)
	}
}
