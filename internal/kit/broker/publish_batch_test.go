package broker_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

// outputs are n files of a task.
func outputs(n int) []events.Event {
	list := make([]events.Event, n)
	for i := range list {
		list[i] = events.New("test", &events.OutputRegistered{TaskID: "task_20250701_143052", Request: 1,
			File: events.File{Name: fmt.Sprintf("%d.ddl", i), SHA256: strings.Repeat("0", 64)}, Path: "x", FileType: events.FileDDL, ModifiedAt: time.Now()})
	}
	return list
}

func TestOutputsFollowEachOther(t *testing.T) {
	b := testkit.Broker(t)
	last := uint64(0)
	for _, n := range []int{1, 49, 50, 1203} {
		var err error
		list := outputs(n)
		if last, err = b.PublishOutputs(t.Context(), list, last); err != nil {
			t.Fatal(err)
		}
		if got, err := b.LastOutputSeq(t.Context(), "task_20250701_143052"); err != nil || got != last {
			t.Fatalf("after %d the last one is %d, said was %d: %v", n, got, last, err)
		}
	}
	if last != 1+49+50+1203 {
		t.Errorf("the last sequence is %d", last)
	}
}

func TestABatchOfOutputsThatComesTooLateIsAConflict(t *testing.T) {
	b := testkit.Broker(t)
	if _, err := b.PublishOutput(t.Context(), outputs(1)[0], 0); err != nil {
		t.Fatal(err)
	}
	if _, err := b.PublishOutputs(t.Context(), outputs(100), 0); !errors.Is(err, broker.ErrConflict) {
		t.Errorf("got %v, want ErrConflict", err)
	}
	if got, err := b.LastOutputSeq(t.Context(), "task_20250701_143052"); err != nil || got != 1 {
		t.Errorf("something of the batch is there: %d, %v", got, err)
	}
}

func TestABatchWhoseAcknowledgementWasLostIsNoConflict(t *testing.T) {
	b := testkit.Broker(t)
	list := outputs(100)
	first, err := b.PublishOutputs(t.Context(), list, 0)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.PublishOutputs(t.Context(), list, 0)
	if err != nil || again != first {
		t.Errorf("the same batch again: %d, %v; want %d", again, err, first)
	}
}
