package test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// total is how many tasks are posted at once, limit how many run at a time.
const total, limit = 200, 4

// TestManyTasksAtOnce posts 200 tasks together: all complete, never more than
// four at a time, each with exactly its events, rows and files.
func TestManyTasksAtOnce(t *testing.T) {
	d := deploy(t, limit)
	ids := d.postMany(total)
	for _, id := range ids {
		if got := d.api.wait(id, 5*time.Minute); got.Status != "completed" {
			t.Fatalf("%s is %s: %s %s", id, got.Status, got.ErrorType, got.ErrorMessage)
		}
	}
	d.settled(ids)
}

// TestManyTasksWithTheExecutorKilled is the same with the executor killed
// twenty times on the way, each time after a few more steps.
func TestManyTasksWithTheExecutorKilled(t *testing.T) {
	d := deploy(t, limit)
	ids := d.postMany(total)
	steps := d.countSteps()
	for range 20 {
		target := steps.Load() + 4 + rand.Int64N(20)
		d.eventually(2*time.Minute, "the executor goes on", func() bool { return steps.Load() >= target })
		d.executor.kill()
		d.executor = d.start("executor")
	}
	for _, id := range ids {
		if got := d.api.wait(id, 10*time.Minute); got.Status != "completed" {
			t.Fatalf("%s is %s: %s %s", id, got.Status, got.ErrorType, got.ErrorMessage)
		}
	}
	d.settled(ids)
}

// countSteps counts the completed steps as they are published.
func (d *deployment) countSteps() *atomic.Int64 {
	var n atomic.Int64
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		// It ends with its context.
		_ = d.broker.Follow(ctx, broker.Following{Stream: events.StreamPipeline, Subjects: []string{events.TypeSubject(events.TypeStepCompleted, "*")}},
			func(events.Event) error { n.Add(1); return nil })
	}()
	d.t.Cleanup(func() { stop(); <-done })
	return &n
}

// postMany posts n tasks at once from twenty clients.
func (d *deployment) postMany(n int) []string {
	d.t.Helper()
	var mu sync.Mutex
	var ids []string
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range n / 20 {
				made, err := d.post(map[string]any{"db_connection": d.business, "tables": []string{"public.*"}, "business_context": "a shop", "language": "en"})
				if err != nil {
					d.t.Error(err)
					return
				}
				mu.Lock()
				ids = append(ids, made.TaskID)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(ids) != n {
		d.t.Fatalf("%d tasks of %d", len(ids), n)
	}
	return ids
}

// settled checks every task once everything has been registered and recorded.
func (d *deployment) settled(ids []string) {
	d.t.Helper()
	d.eventually(2*time.Minute, "all files are registered", func() bool {
		return d.count(`SELECT count(*) FROM data_pipeline_tasks WHERE scan_complete`) == len(ids)
	})
	d.recorded(time.Minute)
	for _, id := range ids {
		d.whole(id)
	}
	if most := d.mostAtOnce(); most > limit {
		d.t.Errorf("%d tasks ran at once, the limit is %d", most, limit)
	}
	if n := d.count(`SELECT count(*) FROM data_pipeline_tasks`); n != len(ids) {
		d.t.Errorf("%d rows of %d tasks", n, len(ids))
	}
}

// mostAtOnce replays the stream and counts the tasks between their first start
// and their end.
func (d *deployment) mostAtOnce() int {
	d.t.Helper()
	rows, err := d.db.Query(d.t.Context(), `SELECT task_id, type FROM data_pipeline_events ORDER BY stream_seq`)
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	running, most := map[string]bool{}, 0
	for rows.Next() {
		var id, kind string
		if err := rows.Scan(&id, &kind); err != nil {
			d.t.Fatal(err)
		}
		switch events.Type(kind) {
		case events.TypeTaskStarted:
			running[id] = true
		case events.TypeTaskCompleted, events.TypeTaskFailed, events.TypeTaskPartialCompleted, events.TypeTaskCancelled:
			delete(running, id)
		}
		most = max(most, len(running))
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	return most
}

// TestTheRecorderMayBeAway shows that a task is found right after its 201
// while nothing records, and that everything is recorded once afterwards.
func TestTheRecorderMayBeAway(t *testing.T) {
	d := deploy(t, 1)
	d.recorder.terminate(20 * time.Second)
	id := d.api.create(d.business, nil)
	var got task
	d.api.must(http.MethodGet, "/tasks/"+id, nil, &got)
	if got.TaskID != id {
		t.Fatalf("GET after 201 returned %+v", got)
	}
	if got := d.api.wait(id, time.Minute); got.Status != "completed" {
		t.Fatalf("without the recorder the task is %s: %s", got.Status, got.ErrorMessage)
	}
	if n := d.count(`SELECT count(*) FROM data_pipeline_tasks`); n != 0 {
		t.Fatalf("%d tasks are recorded without a recorder", n)
	}
	d.recorder = d.start("recorder").ready(30 * time.Second)
	d.settled([]string{id})
}

func decode[T any](a answer) (T, error) {
	var out T
	err := json.Unmarshal(a.Data, &out)
	return out, err
}
