package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// Queue hands out requests; *broker.Queue of events.ConsumerExecutor.
type Queue interface {
	Next(ctx context.Context) (*broker.Delivery, error)
}

// Serve carries out requests of the queue in a number of slots until ctx ends.
// Then every attempt stops, hands its request on and is waited for, and Serve
// returns nil. An error is one of the queue or of Watch.
func (r *Runner) Serve(ctx context.Context, queue Queue, slots int) error {
	from, err := r.position(ctx)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.watch(ctx, from) })
	for range slots {
		g.Go(func() error { return r.slot(ctx, queue) })
	}
	err = g.Wait()
	r.awaitSteps()
	return err
}

func (r *Runner) slot(ctx context.Context, queue Queue) error {
	for {
		d, err := queue.Next(ctx)
		if err != nil {
			return unlessEnded(ctx, fmt.Errorf("next request: %w", err))
		}
		r.deliver(ctx, d)
	}
}

// unlessEnded drops an error that came of the end of ctx.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // it was told to end
	}
	return err
}

// deliver carries out a request that was handed out and settles it.
func (r *Runner) deliver(ctx context.Context, d *broker.Delivery) {
	request, ok := d.Event.Data.(events.TaskRequest)
	if !ok || request.Order().Runner == events.RunnerSelf {
		r.settle(d, settled)
		return
	}
	r.settle(d, r.carry(ctx, d.Event, &d.Message, d.InProgress))
}

func (r *Runner) settle(d *broker.Delivery, s settlement) {
	ctx, cancel := context.WithTimeout(context.Background(), r.cfg.LeaseRenewal)
	defer cancel()
	var err error
	switch s {
	case settled:
		err = d.Ack(ctx)
	case handedOn:
		err = d.Nak(0)
	}
	if err != nil { // it will be delivered again, and found closed
		r.cfg.Log.Warn("request not settled", zap.String("task", d.Event.Task()), zap.Error(err))
	}
}

// RunOne carries out the newest request of a task that its creator runs itself
// (events.RunnerSelf), and closes it as cancelled when ctx ends. What became of
// it is in its events. An error says that it could not be closed: ErrNoRequest
// where there is none to carry out.
func (r *Runner) RunOne(ctx context.Context, taskID string) error {
	from, err := r.position(ctx)
	if err != nil {
		return err
	}
	s, err := r.load(ctx, taskID, state{})
	if err != nil {
		return err
	}
	if !s.Open() || s.Request.Runner != events.RunnerSelf {
		return fmt.Errorf("task %s: %w", taskID, ErrNoRequest)
	}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	var g errgroup.Group
	g.Go(func() error { return r.watch(watching, from) })
	outcome := r.carry(ctx, s.request, nil, func() error { return nil })
	stop()
	err = g.Wait()
	r.awaitSteps()
	if outcome != settled {
		return errors.Join(fmt.Errorf("task %s: %w", taskID, ErrNotClosed), err)
	}
	return err
}

var (
	// ErrNoRequest says that a task has no open request of the kind asked for.
	ErrNoRequest = errors.New("no request to carry out")
	// ErrNotClosed says that somebody else has to close the request.
	ErrNotClosed = errors.New("the request is not closed")
)

// awaitSteps waits for the goroutines of steps that did not stop in time, and
// gives those up that do not stop at all.
func (r *Runner) awaitSteps() {
	done := make(chan struct{})
	go func() {
		r.stuck.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(r.cfg.Drain):
		r.cfg.Log.Error("steps still run that were told to stop; they end with the process")
	}
}
