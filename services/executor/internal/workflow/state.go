package workflow

import (
	"context"
	"errors"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// state is a task's fold, with what only its executor needs to know.
type state struct {
	projection.Task
	// last is the sequence of the newest task.* event, for compare-and-set. It
	// was read before the fold: what came in between makes a conflict.
	last uint64
	// read is the sequence of the newest event that was folded.
	read uint64
	// created is the stream time of the first request.
	created time.Time
	// trainingToo says that the task was deleted with its training data.
	trainingToo bool
	// pairs are what people said about the task's pairs.
	pairs projection.Pairs
	// made is what the completed steps were made with; see history.Settings.
	made map[events.Step]string
	// request is the newest request, its sealed connection included.
	request events.Event
	// tries counts the attempts that worked on the next step.
	tries int
	// produced names all files that any execution of a step ever left.
	produced map[events.Step]map[string]bool
}

// load brings a state up to date. It waits out an outage until ctx ends.
func (r *Runner) load(ctx context.Context, taskID string, from state) (state, error) {
	s := from
	err := patiently(ctx, func() (err error) {
		s.last, err = r.cfg.Broker.LastTaskSeq(ctx, taskID)
		return err
	})
	if err != nil {
		return from, err
	}
	err = r.cfg.Broker.History(ctx, taskID, s.read, func(e events.Event) error {
		s = s.apply(e)
		return nil
	})
	if err != nil {
		return from, err
	}
	return s, nil
}

func (s state) apply(e events.Event) state {
	before := s.Task
	s.Task, s.read = projection.Apply(before, e), e.Sequence
	s.pairs = projection.ApplyPair(s.pairs, e)
	if s.LastSeq != e.Sequence { // it changed nothing
		return s
	}
	switch d := e.Data.(type) {
	case events.TaskRequest:
		s.request, s.tries = e, 0
		if s.created.IsZero() {
			s.created = e.Recorded
		}
	case *events.TaskDeleted:
		s.trainingToo = d.TrainingData
	case *events.TaskStarted:
		s.tries++
	case *events.StepCompleted:
		s.tries = 1
		s.produced = withFiles(s.produced, d)
		s.made = madeWith(s.made, d.Step, s.Request, d.Result)
	}
	return s
}

func withFiles(produced map[events.Step]map[string]bool, d *events.StepCompleted) map[events.Step]map[string]bool {
	if produced == nil {
		produced = map[events.Step]map[string]bool{}
	}
	if produced[d.Step] == nil {
		produced[d.Step] = map[string]bool{}
	}
	for _, f := range d.Manifest {
		produced[d.Step][f.Name] = true
	}
	return produced
}

// claim returns why a run has to leave the task alone, nil where it may go on.
// Attempt 0 is one that has not begun.
func (s state) claim(run events.Run) error {
	switch {
	case s.Deleted:
		return errDeleted
	case s.ID == "":
		return errUnknown
	case !s.Open() || s.RequestSeq != run.Request:
		return errClosed
	case run.Attempt != 0 && run.Attempt != s.Attempt:
		return errSuperseded
	}
	return nil
}

// failed returns the failure of a step that failed in an earlier attempt at
// this request, which no later one undoes.
func (s state) failed() *events.Failure {
	for _, name := range s.Request.Steps {
		if step := s.Steps[name]; step.Status == projection.Failed && step.RequestSeq == s.RequestSeq {
			return step.Failure
		}
	}
	return nil
}

// patiently repeats a call to the broker while that is not available, until ctx
// ends.
func patiently(ctx context.Context, call func() error) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := call()
		if !errors.Is(err, broker.ErrUnavailable) || ctx.Err() != nil {
			return err
		}
		if pause(ctx, wait) != nil {
			return err
		}
	}
}

// pause waits for d, less when ctx ends, whose cause it returns.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
