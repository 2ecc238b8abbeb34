package command

import (
	"context"
	"errors"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/outputdir"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

func TestCreatePublishesTheTaskItAnswersFor(t *testing.T) {
	f := newFixture(t)
	created := f.create()
	all := f.events(created.TaskID)
	if len(all) != 1 {
		t.Fatalf("%d events", len(all))
	}
	d := all[0].Data.(*events.TaskCreated)
	if all[0].Sequence != created.Sequence || !d.CreatedAt.Equal(created.CreatedAt) || d.CreatedBy != "ann" || d.Request.Actor != "ann" {
		t.Errorf("answered %+v for %+v", created, d)
	}
	if want := "/srv/training/shop/" + created.TaskID; created.OutputDirectory != want || d.Request.OutputDirectory != want {
		t.Errorf("output in %s and %s", created.OutputDirectory, d.Request.OutputDirectory)
	}
	if d.Request.OutputPrefix != "shop/"+created.TaskID || d.Request.Runner != events.RunnerPool || d.Request.UTCOffsetSeconds != 8*3600 {
		t.Errorf("request %+v", d.Request)
	}
	if want := events.NewTaskID("task", created.CreatedAt.In(shanghai), ""); created.TaskID != want {
		t.Errorf("id %s, want %s of the deployment's time zone", created.TaskID, want)
	}
}

func TestTasksOfOneSecondHaveIdsOfTheirOwn(t *testing.T) {
	f := newFixture(t)
	var mu sync.Mutex
	ids := map[string]bool{}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			created, err := f.Create(t.Context(), order())
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			ids[created.TaskID] = true
		})
	}
	all.Wait()
	if len(ids) != 20 {
		t.Errorf("20 tasks have %d ids", len(ids))
	}
	form := regexp.MustCompile(`^task_\d{8}_\d{6}(_[0-9a-f]{4})?$`)
	for id := range ids {
		if !form.MatchString(id) || len(f.events(id)) != 1 {
			t.Errorf("%s has %d events", id, len(f.events(id)))
		}
	}
}

func TestIdOfADeletedTaskIsNotTakenAgain(t *testing.T) {
	f := newFixture(t)
	p := f.plan(t.Context(), order())
	first, err := f.carryOut(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Delete(t.Context(), first.TaskID, Deletion{Actor: "ann", Force: true}); err != nil {
		t.Fatal(err)
	}
	p.EventID = newEventID()
	if _, err := f.carryOut(t.Context(), p); err == nil {
		t.Errorf("%s was created again", first.TaskID)
	}
}

func TestPlanCarriedOutTwiceIsOneTask(t *testing.T) {
	f := newFixture(t)
	p := f.plan(t.Context(), order())
	first, err := f.carryOut(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	f.run(first.TaskID, events.StepDDL) // the task has moved on meanwhile
	again, err := f.carryOut(t.Context(), p)
	if err != nil || again != first {
		t.Errorf("%+v, %v, want %+v", again, err, first)
	}
	created := 0
	for _, e := range f.events(first.TaskID) {
		if e.Type() == events.TypeTaskCreated {
			created++
		}
	}
	if created != 1 {
		t.Errorf("the task was created %d times", created)
	}
}

func TestWithoutNATSEveryCommandEndsWithItsDeadline(t *testing.T) {
	server := testkit.NATS(t)
	b := server.Broker()
	f := New(Options{Broker: b, Tasks: read.New(nil, b, nil, testkit.Log(t)), Output: outputdir.New("/srv/training"), Location: shanghai})
	server.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	for name, command := range map[string]func() error{
		"create":      func() error { _, err := f.Create(ctx, order()); return err },
		"create once": func() error { _, _, err := f.CreateOnce(ctx, key("k", "{}"), prepared); return err },
		"execute":     func() error { _, err := f.Execute(ctx, "task_20250701_143052", Execution{}); return err },
		"cancel":      func() error { _, err := f.Cancel(ctx, "task_20250701_143052", "ann", ""); return err },
		"delete":      func() error { _, err := f.Delete(ctx, "task_20250701_143052", Deletion{}); return err },
	} {
		if err := command(); !errors.Is(err, broker.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
