package store

import (
	"testing"

	"github.com/citu/datapipeline/events"
)

func TestOperatorsRemoveOldTasks(t *testing.T) {
	b := setup(t)
	const open, young = "task_20250701_143053", "task_20250701_143054"
	old := []events.Event{at(1, created(taskID)), at(2, &events.TaskCancelRequested{TaskID: taskID, Request: 1}), at(3, created(open))}
	for i := range old {
		old[i].Recorded = start.AddDate(0, 0, -20)
	}
	b.record(t, append(old, at(4, created(young)), at(5, &events.TaskCancelRequested{TaskID: young, Request: 4}))...)
	b.record(t, logAt(1, logged(taskID, 1, 0, "x")))
	if n := one[int](t, b, "SELECT cleanup_old_data_pipeline_tasks(30)"); n != 0 {
		t.Errorf("%d tasks removed that are 20 days old, of 30", n)
	}
	if n := one[int](t, b, "SELECT cleanup_old_data_pipeline_tasks(10)"); n != 1 {
		t.Errorf("%d tasks removed, want the old one that is closed", n)
	}
	for more := true; more; {
		var err error
		if more, err = b.DeleteLogs(ctx); err != nil {
			t.Fatal(err)
		}
	}
	left := one[int](t, b, `SELECT (SELECT count(*) FROM data_pipeline_tasks WHERE id = $1) + (SELECT count(*) FROM data_pipeline_events WHERE task_id = $1)
		+ (SELECT count(*) FROM data_pipeline_task_logs WHERE task_id = $1)`, taskID)
	if left != 0 {
		t.Errorf("%d rows of the task are left", left)
	}
	if _, err := b.pool.Exec(ctx, "SELECT cleanup_old_data_pipeline_tasks(0)"); err == nil {
		t.Error("0 days would remove everything, and did")
	}
}

func TestWhatIsOlderThanTheStreamExpires(t *testing.T) {
	b := setup(t)
	old := at(1, created(taskID))
	old.Recorded = start.AddDate(0, 0, -36)
	b.record(t, old, at(2, &events.TaskCancelRequested{TaskID: taskID, Request: 1}))
	if err := b.Expire(ctx, start.Add(-events.StreamRetention)); err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_events"); n != 1 {
		t.Errorf("%d events are left, want the young one", n)
	}
	if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_tasks"); n != 1 {
		t.Errorf("%d tasks are left, want 1: the task itself is not removed by age of its events", n)
	}
}
