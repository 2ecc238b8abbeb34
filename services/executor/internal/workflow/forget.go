package workflow

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"
)

// forgetLimit is how long removing the traces of a deleted task may take. A
// load that is running is waited for.
const forgetLimit = 5 * time.Minute

// forget removes what this attempt published or loaded for a task that was
// deleted meanwhile: whoever carried out the deletion may have been earlier. A
// request whose traces stay is kept as a dead letter, and one that the executor
// has no time for is handed on, with errShutdown.
func (a *attempt) forget() error {
	ctx, cancel := context.WithTimeout(a.serving, forgetLimit)
	var keeping sync.WaitGroup
	defer keeping.Wait()
	defer cancel()
	keeping.Go(func() { a.extendUntil(ctx) })
	err := a.removeTraces(ctx)
	switch {
	case err == nil:
	case a.serving.Err() != nil:
		return errShutdown
	default:
		a.r.cfg.Log.Error("traces of a deleted task stay", zap.String("task", a.request.Task()), zap.Error(err))
		a.keepLetter(err)
	}
	return err
}

func (a *attempt) removeTraces(ctx context.Context) error {
	s, err := a.r.load(ctx, a.request.Task(), a.state)
	if err != nil || !s.Deleted {
		return err
	}
	err = errors.Join(a.folder.RemoveAll(ctx), a.history().Forget(ctx, a.request.Task()))
	if s.trainingToo && a.r.cfg.DeleteTraining != nil {
		err = errors.Join(err, a.r.cfg.DeleteTraining(ctx, a.request.Task()))
	}
	return err
}

// extendUntil keeps the delivery until ctx ends.
func (a *attempt) extendUntil(ctx context.Context) {
	for pause(ctx, a.r.cfg.LeaseRenewal) == nil {
		a.debug("delivery not extended", a.extend())
	}
}
