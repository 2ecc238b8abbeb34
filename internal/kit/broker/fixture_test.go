package broker_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

const (
	taskA = "task_20250701_143052"
	taskB = "task_20250701_143053"
)

func created(task string) events.Event {
	return events.New("gateway", &events.TaskCreated{
		TaskID:     task,
		TaskType:   events.TaskTypeComplete,
		CreatedAt:  time.Date(2025, 7, 1, 14, 30, 52, 0, time.UTC),
		CreatedBy:  "test",
		Parameters: json.RawMessage(`{}`),
		Request: events.Request{
			ExecutionMode: events.ModeComplete,
			Steps:         events.Steps(),
			Language:      events.English,
			Runner:        events.RunnerPool,
		},
	})
}

func started(task string, request uint64, attempt int) events.Event {
	return events.New("executor", &events.TaskStarted{
		Run:      events.Run{TaskID: task, Request: request, Attempt: attempt},
		Executor: "test",
	})
}

func cancelRequested(task string, request uint64) events.Event {
	return events.New("gateway", &events.TaskCancelRequested{TaskID: task, Request: request, Actor: "test"})
}

// publish stores an event and returns its sequence.
func publish(t *testing.T, b *broker.Broker, e events.Event) uint64 {
	t.Helper()
	seq, err := b.Publish(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// history returns the ids of a task's events beyond a sequence.
func history(t *testing.T, b *broker.Broker, task string, after uint64) []string {
	t.Helper()
	var ids []string
	err := b.History(t.Context(), task, after, func(e events.Event) error {
		ids = append(ids, e.ID)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

var errEnough = errors.New("enough")

// follow returns the first n events from a sequence on.
func follow(ctx context.Context, b *broker.Broker, f broker.Following, n int) ([]events.Event, error) {
	var got []events.Event
	err := b.Follow(ctx, f, func(e events.Event) error {
		got = append(got, e)
		if len(got) == n {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return got, err
}
