package workflow

import (
	"context"
	"errors"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor/internal/lease"
)

// takeUp waits until the request's lease is this attempt's, in the slot: a
// delivery that were given back would hold its place among the running tasks
// all the same. An error says why there is nothing to carry out.
func (a *attempt) takeUp() error {
	if err := a.refresh(a.life); err != nil {
		return err
	}
	if a.state.Attempt > 0 {
		// Whoever made the last attempt may have been cut off from the broker
		// as we were, and is let go on with it.
		if err := pause(a.life, a.r.cfg.LeaseRenewal/5); err != nil {
			return err
		}
	}
	if err := a.acquire(); err != nil {
		return err
	}
	if err := a.refresh(a.life); err != nil {
		a.release()
		return err
	}
	return nil
}

// acquire waits for the lease for as long as the request is open.
func (a *attempt) acquire() error {
	for {
		held, err := a.r.cfg.Leases.Acquire(a.life, a.request.Task(), a.holder)
		if err == nil {
			a.lease = held
			return nil
		}
		if !errors.Is(err, lease.ErrHeld) && !errors.Is(err, broker.ErrUnavailable) {
			return err
		}
		a.debug("delivery not extended", a.extend())
		if err := pause(a.life, a.r.cfg.LeaseRenewal/10); err != nil {
			return err
		}
		if err := a.refresh(a.life); err != nil {
			return err
		}
	}
}

// refresh brings the state up to date, and stops the steps where that says so,
// should watch be late. An error says why the attempt is over:
// the causes of its kind, or that life has ended.
func (a *attempt) refresh(ctx context.Context) error {
	s, err := a.r.load(ctx, a.request.Task(), a.state)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if err != nil {
		return err
	}
	a.state = s
	if s.CancelRequested {
		a.stop(errCancelled)
	}
	return s.claim(a.identity())
}

// begin publishes task.started.
func (a *attempt) begin() error {
	for {
		a.number.Store(int32(a.state.Attempt + 1)) // before watch sees the event
		started := &events.TaskStarted{Run: a.identity(), Executor: a.r.cfg.Instance}
		_, err := a.r.cfg.Broker.PublishTask(a.life, a.event(started), a.state.last)
		if err == nil {
			break
		}
		if !errors.Is(err, broker.ErrConflict) {
			return err
		}
		a.number.Store(0)
		if err := a.refresh(a.life); err != nil {
			return err
		}
	}
	if err := a.refresh(a.life); err != nil {
		return err
	}
	if a.state.Attempt == 1 {
		a.r.metrics.queueWait.Observe(time.Since(a.request.Recorded).Seconds())
	}
	return nil
}
