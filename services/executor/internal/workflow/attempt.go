package workflow

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor/internal/connection"
	"github.com/citu/datapipeline/services/executor/internal/files"
	"github.com/citu/datapipeline/services/executor/internal/lease"
	"github.com/citu/datapipeline/services/executor/internal/tasklog"
)

// attempt is one try at a request.
type attempt struct {
	r       *Runner
	request events.Event // with its place in the stream
	order   events.Request
	message *broker.Message // as delivered; nil without a delivery
	extend  func() error    // of the delivery
	serving context.Context // of the executor: ends when it has to stop
	holder  string          // of the lease
	number  atomic.Int32    // the attempt's, 0 before it begins
	life    context.Context // of everything: ends when others own the request
	end     func(error)     // life
	work    context.Context // of the steps: ends with life, and when they have to stop
	stop    func(error)     // work
	log     *tasklog.Log    // of the task
	lines   *zap.Logger     // outside any step
	folder  files.Folder
	target  connection.Target
	earlier earlier // tasks on the same database

	// state is the fold as this attempt last read it; its own goroutine's.
	state state

	leaseMu sync.Mutex
	lease   *lease.Lease
}

// carry brings a request to its end, or as far as ctx and others let it.
func (r *Runner) carry(ctx context.Context, request events.Event, message *broker.Message, extend func() error) settlement {
	a := r.newAttempt(ctx, request, message, extend)
	if !r.register(a) {
		a.end(nil)
		return left
	}
	defer r.unregister(a)
	var helpers sync.WaitGroup
	defer helpers.Wait()
	defer a.end(nil)
	helpers.Go(func() { a.heed(ctx) })
	if err := a.takeUp(); err != nil {
		return a.abandoned(err)
	}
	return a.hold()
}

// hold runs the attempt while its lease is kept, then gives that up.
func (a *attempt) hold() settlement {
	defer a.release()
	var keeping sync.WaitGroup
	defer keeping.Wait()
	defer a.end(nil)
	keeping.Go(a.keep)
	return a.run()
}

func (r *Runner) newAttempt(serving context.Context, request events.Event, message *broker.Message, extend func() error) *attempt {
	a := &attempt{r: r, serving: serving, request: request, order: request.Data.(events.TaskRequest).Order(), message: message, extend: extend, lines: zap.NewNop()}
	a.holder = r.cfg.Instance + " " + uuid.NewString()
	a.folder = files.Folder{Bucket: r.cfg.Bucket, Prefix: a.order.OutputPrefix}
	life, end := context.WithCancelCause(context.Background())
	work, stop := context.WithCancelCause(life)
	a.life, a.end, a.work, a.stop = life, end, work, stop
	return a
}

// run carries out a request whose lease is held.
func (a *attempt) run() settlement {
	if a.state.tries >= MaxTries && !a.state.CancelRequested {
		return a.giveUp()
	}
	if err := a.begin(); err != nil {
		return a.abandoned(err)
	}
	target, err := a.r.cfg.Connect(a.order.Connection, a.order.Language)
	a.target = target
	a.openLog()
	defer a.closeLog()
	limit := time.AfterFunc(time.Until(a.state.StartedAt.Add(a.r.cfg.TaskTimeout)), func() { a.stop(errTimeLimit) })
	defer limit.Stop()
	if err == nil {
		err = a.carryOut()
	}
	return a.conclude(err)
}

// abandoned ends an attempt that says nothing more.
func (a *attempt) abandoned(err error) settlement {
	cause := context.Cause(a.life)
	if cause == nil {
		cause = err
	}
	switch {
	case errors.Is(cause, errDeleted), errors.Is(cause, errSuperseded):
		if err := a.forget(); errors.Is(err, errShutdown) {
			cause = err
		}
	case errors.Is(cause, errUnknown):
		a.keepLetter(cause)
	}
	a.r.cfg.Log.Info("attempt ended without a verdict", zap.String("task", a.request.Task()),
		zap.Uint64("request", a.request.Sequence), zap.Int32("attempt", a.number.Load()), zap.NamedError("reason", cause))
	a.r.metrics.tasks.WithLabelValues("abandoned").Inc()
	return settle(cause)
}

// keepLetter keeps the request as a dead letter.
func (a *attempt) keepLetter(reason error) {
	if a.message == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), a.r.cfg.LeaseRenewal)
	defer cancel()
	a.note("no dead letter kept", a.r.cfg.Broker.DeadLetter(ctx, "executor", *a.message, reason.Error()))
}

// publish stores a state event of this attempt.
func (a *attempt) publish(ctx context.Context, data events.Data) error {
	began := time.Now()
	_, err := a.r.cfg.Broker.Publish(ctx, a.event(data))
	a.r.metrics.publish.Observe(time.Since(began).Seconds())
	return err
}

// event makes an event in the trace of the request.
func (a *attempt) event(data events.Data) events.Event {
	e := events.New("executor", data)
	e.TraceParent = a.request.TraceParent
	return e
}

func (a *attempt) identity() events.Run {
	return events.Run{TaskID: a.request.Task(), Request: a.request.Sequence, Attempt: int(a.number.Load())}
}

// note logs an error that changes nothing for the task, debug one that is no
// more than a delay.
func (a *attempt) note(what string, err error) {
	if err != nil {
		a.r.cfg.Log.Warn(what, zap.String("task", a.request.Task()), zap.Error(err))
	}
}

func (a *attempt) debug(what string, err error) {
	if err != nil {
		a.r.cfg.Log.Debug(what, zap.String("task", a.request.Task()), zap.Error(err))
	}
}
