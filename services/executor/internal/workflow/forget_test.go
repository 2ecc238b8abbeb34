package workflow_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/training"
	"github.com/citu/datapipeline/services/executor/internal/vector"
	"github.com/citu/datapipeline/services/executor/internal/workflow"
)

// vectors is a real vector store.
type vectors struct {
	*testing.T
	store      *vector.Store
	collection *vector.Collection
	data       *training.Data
}

func newVectors(t *testing.T) *vectors {
	t.Helper()
	url := testkit.Postgres(t)
	store, err := vector.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close(context.WithoutCancel(t.Context())) })
	if err := store.Prepare(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	c, err := store.Collection(t.Context(), "sql", vector.Embedder{Name: "test", Dimension: 1})
	if err != nil {
		t.Fatal(err)
	}
	return &vectors{t, store, c, training.New(training.Config{URL: url})}
}

// loadsTooLate is a training_load that puts its document when it has seen that
// it has to stop.
func (v *vectors) loadsTooLate() (s step, running <-chan struct{}) {
	wait, running := waits(events.StepLoad)
	return step{events.StepLoad, func(ctx context.Context, r *steps.Run) (steps.Result, error) {
		_, err := wait.run(ctx, r)
		_, put := v.collection.Put(context.WithoutCancel(ctx), []vector.Document{{ID: "of " + r.TaskID, Text: "x", Vector: []float32{1},
			Metadata: vector.Metadata{Database: "h:1/shop", TaskIDs: []string{r.TaskID}, TaskID: r.TaskID}}})
		return steps.Result{}, errors.Join(err, put)
	}}, running
}

// deletes has an executor remove training data, and wait for its steps however
// slow the machine is.
func (v *vectors) deletes(c *workflow.Config) {
	c.StopGrace = time.Minute
	c.DeleteTraining = func(ctx context.Context, taskID string) error {
		_, err := v.data.DeleteTask(ctx, events.English, taskID)
		return err
	}
}

func (v *vectors) documents() int {
	v.Helper()
	page, _, err := v.store.List(v.Context(), vector.Filter{Collections: []string{"sql"}}, "", 10)
	if err != nil {
		v.Fatal(err)
	}
	return len(page)
}

func loadOnly(r *events.Request) {
	r.ExecutionMode, r.Steps = events.ModeSingle, []events.Step{events.StepLoad}
}

// What a run loads after the deletion of its task was carried out goes too,
// where the deletion is about training data.
func TestADeletionTakesWhatWasLoadedBehindIt(t *testing.T) {
	for name, tt := range map[string]struct {
		trainingData bool
		left         int
	}{"with its training data": {true, 0}, "without": {false, 1}} {
		t.Run(name, func(t *testing.T) {
			d, v := deploy(t, 1), newVectors(t)
			late, running := v.loadsTooLate()
			d.start(1, with(late), v.deletes)
			id := d.create(loadOnly)
			await(t, running)
			d.say(&events.TaskDeleted{TaskID: id, Actor: "test", OutputPrefix: id, TrainingData: tt.trainingData})
			d.idle()
			if n := v.documents(); n != tt.left {
				t.Errorf("%d documents left", n)
			}
		})
	}
}

// An executor that crashed in a load leaves what it put to the next one that is
// handed the request.
func TestADeletionTakesWhatACrashedRunLoaded(t *testing.T) {
	t.Parallel()
	d, v := deploy(t, 1), newVectors(t)
	late, running := v.loadsTooLate()
	x := d.start(1, with(late), v.deletes)
	id := d.create(loadOnly)
	await(t, running)
	x.crash()
	x.stop()
	if v.documents() != 1 {
		t.Fatal("nothing was loaded")
	}
	d.say(&events.TaskDeleted{TaskID: id, Actor: "test", OutputPrefix: id, TrainingData: true})
	d.start(1, v.deletes)
	d.idle()
	if n := v.documents(); n != 0 {
		t.Errorf("%d documents left", n)
	}
}

// An executor that was cut off from the broker in a load, which another one has
// taken over since, removes what it put when it learns of the deletion.
func TestADeletionTakesWhatASupersededRunLoaded(t *testing.T) {
	t.Parallel()
	d, v := deploy(t, 1), newVectors(t)
	w := newWire(t, d.server.URL())
	late, running := v.loadsTooLate()
	cutOff := d.startAt(w.url(), 1, with(late), v.deletes)
	id := d.create(loadOnly)
	await(t, running)
	w.set(true)
	slow, taken := waits(events.StepLoad)
	d.start(1, with(slow), v.deletes)
	await(t, taken)
	d.say(&events.TaskDeleted{TaskID: id, Actor: "test", OutputPrefix: id, TrainingData: true})
	d.idle()
	w.set(false)
	testkit.Eventually(t, t.Context(), cutOff.idle)
	if n := v.documents(); n != 0 {
		t.Errorf("%d documents left", n)
	}
}

// Training data that cannot be removed is kept in mind.
func TestADeletionThatLeavesTrainingDataIsKept(t *testing.T) {
	d := deploy(t, 1)
	slow, running := waits(events.StepDDL)
	d.start(1, with(slow), func(c *workflow.Config) {
		c.DeleteTraining = func(context.Context, string) error { return errors.New("the store is gone") }
	})
	id := d.create(single)
	await(t, running)
	d.say(&events.TaskDeleted{TaskID: id, Actor: "test", OutputPrefix: id, TrainingData: true})
	d.idle()
	if s, err := d.control.State(t.Context(), events.StreamDeadLetters); err != nil || s.Last != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

// An executor that is told to stop leaves the removal to another one.
func TestADeletionOutlivesTheExecutor(t *testing.T) {
	t.Parallel()
	d, v := deploy(t, 1), newVectors(t)
	late, running := v.loadsTooLate()
	removing := make(chan struct{})
	x := d.start(1, with(late), v.deletes, func(c *workflow.Config) {
		c.DeleteTraining = func(ctx context.Context, _ string) error {
			close(removing)
			<-ctx.Done()
			return ctx.Err()
		}
	})
	id := d.create(loadOnly)
	await(t, running)
	d.say(&events.TaskDeleted{TaskID: id, Actor: "test", OutputPrefix: id, TrainingData: true})
	await(t, removing)
	x.stop()
	d.start(1, v.deletes)
	d.idle()
	if n := v.documents(); n != 0 {
		t.Errorf("%d documents left", n)
	}
}
