package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor/internal/lease"
)

// heed makes the attempt stop when ctx ends: a request of the pool is handed
// on, one that nobody else would carry out is closed as cancelled. An attempt
// that takes too long to end ends all the same.
func (a *attempt) heed(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-a.life.Done():
		return
	}
	switch {
	case a.order.Runner == events.RunnerSelf:
		a.stop(errCancelled)
	case a.number.Load() == 0:
		a.end(errShutdown)
	default:
		a.stop(errShutdown)
	}
	select {
	case <-time.After(a.r.cfg.Drain):
		a.end(errShutdown)
	case <-a.life.Done():
	}
}

// keep renews the lease and extends the delivery until the attempt ends. After
// a failure it tries again soon: the lease may run out.
func (a *attempt) keep() {
	wait, failing := a.r.cfg.LeaseRenewal, false
	for pause(a.life, wait) == nil {
		err := a.renew()
		if err != nil && !failing {
			a.note("lease not renewed; trying on", err)
		}
		if wait, failing = a.r.cfg.LeaseRenewal, err != nil; failing {
			wait /= 20
		}
	}
}

func (a *attempt) renew() error {
	ctx, cancel := context.WithTimeout(a.life, a.r.cfg.LeaseRenewal)
	defer cancel()
	a.debug("delivery not extended", a.extend())
	return a.renewLease(ctx)
}

// secure makes sure that the lease is held, through an outage if need be,
// before something is done that another attempt must not do at the same time.
// An error means that the attempt is over.
func (a *attempt) secure() error {
	return patiently(a.life, func() error { return a.renewLease(a.life) })
}

// renewLease renews the lease. One that ran out during an outage is taken
// again, unless somebody else has begun an attempt meanwhile.
func (a *attempt) renewLease(ctx context.Context) error {
	a.leaseMu.Lock()
	defer a.leaseMu.Unlock()
	err := a.lease.Renew(ctx)
	if !errors.Is(err, lease.ErrLost) {
		return err
	}
	again, err := a.r.cfg.Leases.Acquire(ctx, a.request.Task(), a.holder)
	if errors.Is(err, lease.ErrHeld) {
		a.end(errSuperseded)
		return errSuperseded
	}
	if err != nil {
		return err
	}
	a.lease = again
	return a.stillOwner(ctx)
}

// stillOwner ends the attempt unless the stream says that it owns the task.
func (a *attempt) stillOwner(ctx context.Context) error {
	s, err := a.r.load(ctx, a.request.Task(), state{})
	if err != nil {
		return fmt.Errorf("%w: %w", broker.ErrUnavailable, err)
	}
	cause := s.claim(a.identity())
	if cause != nil {
		a.end(cause)
	}
	return cause
}

func (a *attempt) release() {
	a.leaseMu.Lock()
	defer a.leaseMu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), a.r.cfg.LeaseRenewal)
	defer cancel()
	a.debug("lease left to expire", a.lease.Release(ctx))
}
