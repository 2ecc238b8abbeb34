package projection

import (
	"github.com/citu/datapipeline/events"
)

// Apply folds one event into a task and returns the task as it is then; t
// itself stays as it was. An event that is older than the task's last one, of
// another task, of a closed request or of a superseded attempt changes nothing:
// the very same task comes back, LastSeq included.
//
// Events of PIPELINE must come in the order of the stream. Within an attempt
// those of one step may be out of order among themselves.
func Apply(t Task, e events.Event) Task {
	next, changed := apply(t, e)
	if !changed {
		return t
	}
	next.LastSeq = e.Sequence
	return next
}

func apply(t Task, e events.Event) (Task, bool) {
	if created, ok := e.Data.(*events.TaskCreated); ok && t.ID == "" {
		return create(created, e), true
	}
	if !t.Exists() || e.Task() != t.ID || e.Sequence <= t.LastSeq {
		return t, false
	}
	switch d := e.Data.(type) {
	case *events.TaskExecutionRequested:
		if t.Open() {
			return t, false
		}
		return t.request(d.Request, e), true
	case *events.TaskCancelRequested:
		return t.cancel(d, e)
	case *events.TaskDeleted:
		t.Deleted = true
		return t, true
	case *events.OutputScanned:
		fresh := d.Request == t.RequestSeq && t.RequestClosed && !t.ScanComplete
		t.ScanComplete = t.ScanComplete || fresh
		return t, fresh
	case *events.TaskStarted:
		return t.start(d, e)
	}
	return t.run(e)
}

func create(d *events.TaskCreated, e events.Event) Task {
	t := Task{
		ID: d.TaskID, Type: d.TaskType, Parameters: d.Parameters,
		CreatedAt: d.CreatedAt, CreatedBy: d.CreatedBy,
		Steps: map[events.Step]Step{},
	}
	for _, name := range events.Steps() {
		t.Steps[name] = Step{Status: Pending}
	}
	return t.request(d.Request, e)
}

// request opens a new request: the steps it runs or skips begin anew.
func (t Task) request(r events.Request, e events.Event) Task {
	r.Connection.Sealed = ""
	t.Request, t.RequestSeq, t.RequestedAt = r, e.Sequence, e.Recorded
	t.DBName, t.BusinessContext, t.OutputDirectory = r.DBName, r.BusinessContext, r.OutputDirectory
	t.Status, t.Attempt, t.RequestClosed, t.CancelRequested, t.ScanComplete = Pending, 0, false, false, false
	t.StartedAt, t.CompletedAt, t.Result, t.Failure, t.LogSequence, t.CurrentStep = nil, nil, nil, nil, 0, ""
	for _, name := range r.Steps {
		t = t.set(name, Step{Status: Pending})
	}
	return t
}

// cancel ends a request that nobody has taken up, and marks one that somebody
// has.
func (t Task) cancel(d *events.TaskCancelRequested, e events.Event) (Task, bool) {
	if !t.Open() || d.Request != t.RequestSeq || t.CancelRequested {
		return t, false
	}
	t.CancelRequested = true
	if t.Attempt == 0 {
		t = t.close(Cancelled, events.Closing{}, nil, e)
	}
	return t, true
}

// start begins an attempt. What the one before left unfinished is pending
// again.
func (t Task) start(d *events.TaskStarted, e events.Event) (Task, bool) {
	if !t.Open() || d.Request != t.RequestSeq || d.Attempt <= t.Attempt {
		return t, false
	}
	t.Status, t.Attempt, t.CurrentStep = InProgress, d.Attempt, ""
	if t.StartedAt == nil {
		t.StartedAt = &e.Time
	}
	for name, s := range t.Steps {
		if s.Status == Running {
			t = t.set(name, Step{Status: Pending})
		}
	}
	return t, true
}

// owned says whether an event belongs to the attempt that owns the task.
func (t Task) owned(r events.Run) bool {
	return t.Open() && r.Request == t.RequestSeq && r.Attempt == t.Attempt
}

// run folds the events of a run.
func (t Task) run(e events.Event) (Task, bool) {
	switch d := e.Data.(type) {
	case *events.StepStarted, *events.StepProgressed, *events.StepCompleted, *events.StepFailed, *events.StepSkipped:
		return t.step(e)
	case *events.TaskCompleted:
		return t.closeOwned(Completed, d.Closing, nil, e)
	case *events.TaskPartialCompleted:
		return t.closeOwned(PartialCompleted, d.Closing, nil, e)
	case *events.TaskFailed:
		return t.closeOwned(Failed, d.Closing, &d.Failure, e)
	case *events.TaskCancelled:
		return t.closeOwned(Cancelled, d.Closing, nil, e)
	}
	return t, false
}

func (t Task) closeOwned(s Status, c events.Closing, f *events.Failure, e events.Event) (Task, bool) {
	if !t.owned(c.Run) {
		return t, false
	}
	return t.close(s, c, f, e), true
}

// close ends the request; a step that was running shares its fate.
func (t Task) close(status Status, c events.Closing, f *events.Failure, e events.Event) Task {
	t.Status, t.RequestClosed, t.CurrentStep, t.CompletedAt = status, true, "", &e.Time
	t.Result, t.Failure, t.LogSequence = c.Result, f, c.LogSequence
	for name, s := range t.Steps {
		if s.Status == Running {
			s.Status, s.CompletedAt, s.Failure = status, &e.Time, f
			s.DurationSeconds = e.Time.Sub(*s.StartedAt).Seconds()
			t = t.set(name, s)
		}
	}
	return t
}
