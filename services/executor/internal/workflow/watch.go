package workflow

import (
	"context"
	"fmt"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// position is where Watch begins: after what every attempt reads for itself.
func (r *Runner) position(ctx context.Context) (broker.Following, error) {
	f := broker.Following{Stream: events.StreamPipeline, Subjects: []string{events.KindSubject("task", "*")}}
	err := patiently(ctx, func() error {
		s, err := r.cfg.Broker.State(ctx, events.StreamPipeline)
		f.From, f.Created = s.Last+1, s.Created
		return err
	})
	return f, err
}

// watch tells attempts of what others say of their tasks, until ctx ends. It
// has a consumer of its own, so that a cancellation never queues behind
// requests.
func (r *Runner) watch(ctx context.Context, from broker.Following) error {
	err := r.cfg.Broker.Follow(ctx, from, func(e events.Event) error {
		for _, a := range r.attempts(e.Task()) {
			a.observe(e)
		}
		return nil
	})
	return unlessEnded(ctx, fmt.Errorf("watch tasks: %w", err))
}

// observe stops or ends the attempt when an event of its task says so.
func (a *attempt) observe(e events.Event) {
	if e.Sequence < a.request.Sequence {
		return
	}
	switch d := e.Data.(type) {
	case *events.TaskCancelRequested:
		if d.Request == a.request.Sequence {
			a.stop(errCancelled)
		}
	case *events.TaskDeleted:
		a.end(errDeleted)
	case *events.TaskStarted:
		if n := int(a.number.Load()); n > 0 && (d.Request > a.request.Sequence || d.Attempt > n) {
			a.end(errSuperseded)
		}
	case *events.TaskFailed:
		a.observeClosing(d.Closing)
	case *events.TaskCancelled:
		a.observeClosing(d.Closing)
	}
}

// observeClosing ends the attempt at a verdict of the system.
func (a *attempt) observeClosing(c events.Closing) {
	if c.Actor == events.ActorSystem && c.Request == a.request.Sequence {
		a.end(errClosed)
	}
}
