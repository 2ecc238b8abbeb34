// Package progress shows a task on a terminal, or wherever output goes, from
// the events that everybody else sees.
package progress

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// drainLimit bounds the wait for log lines and registered files after a task
// has ended.
const drainLimit = 10 * time.Second

// View shows a task. Its methods are called by one goroutine at a time.
type View interface {
	// Task shows the task's state after an event of a time.
	Task(t projection.Task, at time.Time)
	// Line shows a log line.
	Line(events.Line)
	// Close leaves the terminal tidy.
	Close()
}

// errDone ends a following.
var errDone = errors.New("done")

// Watch shows a task from one of its requests on, 0 for its beginning, until its
// newest request is closed, its log is shown and its files are registered, and
// returns its state then. The last two are waited for no longer than ten
// seconds. It closes the view.
func Watch(ctx context.Context, b *broker.Broker, taskID string, request uint64, view View) (projection.Task, error) {
	defer view.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	feed := make(chan events.Event)
	var group errgroup.Group
	for stream, subjects := range map[string][]string{
		events.StreamPipeline: events.TaskSubjects(taskID),
		events.StreamLogs:     {events.KindSubject("log", taskID)},
	} {
		group.Go(func() error { return follow(ctx, b, stream, subjects, feed) })
	}
	failed := make(chan error, 1)
	go func() { failed <- group.Wait() }()
	w := watching{from: request, view: view}
	err := w.watch(ctx, feed, failed)
	cancel()
	if err == nil {
		<-failed //nolint:errcheck // only that they had to end
	}
	return w.task, err
}

func follow(ctx context.Context, b *broker.Broker, stream string, subjects []string, feed chan<- events.Event) error {
	err := b.Follow(ctx, broker.Following{Stream: stream, Subjects: subjects}, func(e events.Event) error {
		select {
		case feed <- e:
			return nil
		case <-ctx.Done():
			return errDone
		}
	})
	if errors.Is(err, errDone) || ctx.Err() != nil {
		return nil //nolint:nilerr // it ended because it had to
	}
	return fmt.Errorf("follow %s: %w", stream, err)
}

// watching is what was seen so far.
type watching struct {
	from  uint64 // sequence of the first request to show
	view  View
	task  projection.Task
	shown uint64 // sequence of the last log event
}

// errStopped says that the watching ended before the task did.
var errStopped = errors.New("the task is no longer watched")

// watch shows what comes until everything has come.
func (w *watching) watch(ctx context.Context, feed <-chan events.Event, failed <-chan error) error {
	var limit <-chan time.Time
	for !w.ended() {
		select {
		case e := <-feed:
			w.see(e)
			if w.closed() && limit == nil {
				limit = time.After(drainLimit)
			}
		case <-limit:
			return nil
		case err := <-failed:
			return errors.Join(err, ctx.Err(), errStopped)
		case <-ctx.Done():
			<-failed //nolint:errcheck // only that they had to end
			return context.Cause(ctx)
		}
	}
	return nil
}

func (w *watching) see(e events.Event) {
	if d, ok := e.Data.(*events.Log); ok {
		w.shown = e.Sequence
		for _, line := range d.Lines {
			if d.Request >= w.from {
				w.view.Line(line)
			}
		}
		return
	}
	w.task = projection.Apply(w.task, e)
	if e.Sequence >= w.from {
		w.view.Task(w.task, e.Time)
	}
}

func (w *watching) closed() bool { return w.task.RequestSeq >= w.from && w.task.RequestClosed }

func (w *watching) ended() bool {
	return w.task.Deleted || w.closed() && w.task.ScanComplete && w.shown >= w.task.LogSequence
}
