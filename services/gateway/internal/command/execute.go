package command

import (
	"context"
	"errors"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// Execution is a further request to a task.
type Execution struct {
	Actor string
	// Mode is events.ModeComplete, or ModeSingle with the step.
	Mode string
	Step events.Step
	// Force runs steps that are completed, and steps before whose turn it is.
	Force bool
	// CleanExistingFiles removes the steps' files before they run.
	CleanExistingFiles bool
	// Connection takes the place of the task's own; nil keeps that.
	Connection *events.Connection
	// Options changes those of the task's last request, for this request and
	// those after it; nil keeps them.
	Options func(*events.Options)
}

// Execute asks for steps of a task to be run and returns the task as it then
// is. A complete execution begins with the first step that is not done, or runs
// all where forced. Errors: apierr.TaskNotFound, TaskRunning, TaskExpired,
// TaskNotInPool, StepCompleted, StepNotReady, NothingToDo, ConnectionRequired.
func (c *Commands) Execute(ctx context.Context, id string, x Execution) (projection.Task, error) {
	return c.change(ctx, id, func(t projection.Task) (events.Data, error) {
		run, skipped, err := x.steps(t)
		if err != nil {
			return nil, err
		}
		r, err := c.lastRequest(ctx, t)
		if err != nil {
			return nil, err
		}
		if r.Runner != events.RunnerPool {
			return nil, apierr.New(apierr.TaskNotInPool, t.ID)
		}
		if x.Connection != nil {
			r.Connection = *x.Connection
		}
		if x.Options != nil {
			x.Options(&r.Options)
		}
		if r.Connection.Name == "" && r.Connection.Sealed == "" {
			return nil, apierr.New(apierr.ConnectionRequired, t.ID)
		}
		r.ExecutionMode, r.Steps, r.SkippedSteps = x.Mode, run, skipped
		r.Force, r.CleanExistingFiles = x.Force, x.CleanExistingFiles
		r.Actor, r.UTCOffsetSeconds = x.Actor, c.offset(time.Now())
		return &events.TaskExecutionRequested{TaskID: t.ID, Request: r}, nil
	})
}

// steps are the steps to run and to skip.
func (x Execution) steps(t projection.Task) (run, skipped []events.Step, err error) {
	switch {
	case t.Open():
		return nil, nil, apierr.New(apierr.TaskRunning, t.ID)
	case x.Mode == events.ModeSingle:
		return []events.Step{x.Step}, nil, x.checkSingle(t)
	}
	s := events.Selection{Mode: events.ModeComplete, Options: t.Request.Options}
	if !x.Force {
		first := firstUndone(t)
		if first == "" {
			return nil, nil, apierr.New(apierr.NothingToDo, t.ID)
		}
		s.NotBefore, s.Skip = first, skippedSteps(t)
	}
	if run, skipped, err = s.Plan(); err != nil {
		return nil, nil, apierr.New(apierr.NothingToDo, t.ID).Because(err)
	}
	return run, skipped, nil
}

// checkSingle refuses a step that is completed or whose turn has not come.
func (x Execution) checkSingle(t projection.Task) error {
	first := firstUndone(t)
	switch {
	case x.Force:
		return nil
	case t.Steps[x.Step].Status == projection.Completed:
		return apierr.New(apierr.StepCompleted, x.Step)
	case first != "" && first.Number() < x.Step.Number():
		return apierr.New(apierr.StepNotReady, x.Step, first)
	}
	return nil
}

// firstUndone is the first step that is neither completed nor left out, "" when
// there is none.
func firstUndone(t projection.Task) events.Step {
	for _, name := range events.Steps() {
		if s := t.Steps[name].Status; s != projection.Completed && s != projection.Skipped {
			return name
		}
	}
	return ""
}

func skippedSteps(t projection.Task) []events.Step {
	var skipped []events.Step
	for _, name := range events.Steps() {
		if t.Steps[name].Status == projection.Skipped {
			skipped = append(skipped, name)
		}
	}
	return skipped
}

// lastRequest is the task's newest request as the stream has it, its sealed
// connection included. Without the task's beginning in the stream nobody can
// run it any more.
func (c *Commands) lastRequest(ctx context.Context, t projection.Task) (events.Request, error) {
	expired := apierr.New(apierr.TaskExpired, t.ID)
	first, err := c.firstAfter(ctx, t.ID, 0)
	if err != nil {
		return events.Request{}, err
	}
	created, ok := first.Data.(*events.TaskCreated)
	if !ok {
		return events.Request{}, expired
	}
	if first.Sequence == t.RequestSeq {
		return created.Request, nil
	}
	last, err := c.firstAfter(ctx, t.ID, t.RequestSeq-1)
	if err != nil {
		return events.Request{}, err
	}
	if r, ok := last.Data.(events.TaskRequest); ok && last.Sequence == t.RequestSeq {
		return r.Order(), nil
	}
	return events.Request{}, expired
}

var errFound = errors.New("found")

// firstAfter is the first event of a task beyond a sequence; without data where
// there is none.
func (c *Commands) firstAfter(ctx context.Context, id string, after uint64) (first events.Event, err error) {
	err = c.broker.History(ctx, id, after, func(e events.Event) error {
		first = e
		return errFound
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return first, err
}
