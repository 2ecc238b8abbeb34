package store

import (
	"maps"
	"slices"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// fold is what a batch of events of PIPELINE makes of the rows it touches.
type fold struct {
	tasks      map[string]folded
	executions map[string]projection.Execution // by id
	outputs    map[outputKey]output
	pairs      map[pairKey]pair
	events     []events.Event
	tally      Tally
}

// folded is a task with what the fold does not know.
type folded struct {
	projection.Task
	updatedAt time.Time // when the stream took the event LastSeq
	changed   bool      // by this batch
	removed   bool      // by this batch
}

// Tally counts what was passed over.
type Tally struct {
	Unknown  int // events of tasks that nobody created
	Deleted  int // events, or log events, of deleted tasks
	Repeated int // log lines that were recorded before
	Expired  int // log lines older than lines are kept
}

func newFold(stored map[string]folded, pairs map[pairKey]pair) *fold {
	return &fold{tasks: stored, executions: map[string]projection.Execution{}, outputs: map[outputKey]output{}, pairs: pairs}
}

// apply folds the next event.
func (f *fold) apply(e events.Event) {
	e = withoutSecrets(e)
	f.events = append(f.events, e)
	before := f.tasks[e.Task()]
	if _, ok := e.Data.(*events.TaskDeleted); ok {
		f.remove(before, e)
		return
	}
	after := before
	after.Task = projection.Apply(before.Task, e)
	switch {
	case before.Deleted:
		f.tally.Deleted++
		return
	case !after.Exists():
		if e.Task() != events.NoTask {
			f.tally.Unknown++
		}
		return
	}
	if after.LastSeq != before.LastSeq {
		after.updatedAt, after.changed = e.Recorded, true
		f.tasks[e.Task()] = after
	}
	for _, x := range projection.Executions(before.Task, after.Task, e) {
		f.executions[x.ID] = x
	}
	f.applyOutput(e)
	f.applyPair(e)
}

// remove forgets a task and all that the batch made of it. A task that is not
// there counts as deleted from now on too.
func (f *fold) remove(before folded, e events.Event) {
	id := e.Task()
	f.tasks[id] = folded{Task: projection.Task{ID: id, Deleted: true}, removed: before.removed || !before.Deleted}
	maps.DeleteFunc(f.executions, func(_ string, x projection.Execution) bool { return x.TaskID == id })
	maps.DeleteFunc(f.outputs, func(k outputKey, _ output) bool { return k.task == id })
	maps.DeleteFunc(f.pairs, func(k pairKey, _ pair) bool { return k.task == id })
}

// changed returns the tasks to write, and removed the ids of those to remove,
// in order: two writers of the same rows then cannot block each other.
func (f *fold) changed() []folded {
	var rows []folded
	for _, id := range slices.Sorted(maps.Keys(f.tasks)) {
		if t := f.tasks[id]; t.changed {
			rows = append(rows, t)
		}
	}
	return rows
}

func (f *fold) removed() []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(f.tasks)) {
		if f.tasks[id].removed {
			ids = append(ids, id)
		}
	}
	return ids
}

// withoutSecrets is the event without its sealed connection string. The
// event's own data stays as it was.
func withoutSecrets(e events.Event) events.Event {
	switch d := e.Data.(type) {
	case *events.TaskCreated:
		c := *d
		c.Request.Connection.Sealed = ""
		e.Data = &c
	case *events.TaskExecutionRequested:
		c := *d
		c.Request.Connection.Sealed = ""
		e.Data = &c
	}
	return e
}
