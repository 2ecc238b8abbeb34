package store

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
)

func TestOneOfTwoWritersWins(t *testing.T) {
	b := setup(t)
	from := b.at[events.StreamPipeline]
	b.record(t, at(1, created(taskID)))
	if _, _, err := b.RecordEvents(ctx, from, 1, []events.Event{at(1, created("task_20250701_143053"))}); !errors.Is(err, ErrMoved) {
		t.Errorf("the second writer got %v, want ErrMoved", err)
	}
	other := b.at[events.StreamPipeline]
	other.Created = start.AddDate(0, 0, -1)
	if _, _, err := b.RecordEvents(ctx, other, 2, nil); !errors.Is(err, ErrMoved) {
		t.Errorf("a writer of another stream got %v, want ErrMoved", err)
	}
	if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_tasks"); n != 1 {
		t.Errorf("%d tasks, want that of the first writer", n)
	}
}

func TestAPositionMovesPastWhatIsNotRecorded(t *testing.T) {
	b := setup(t)
	if _, _, err := b.RecordEvents(ctx, b.at[events.StreamPipeline], 7, nil); err != nil {
		t.Fatal(err)
	}
	if p, ok, err := b.Position(ctx, events.StreamPipeline); p.Sequence != 7 || !ok || err != nil {
		t.Errorf("position %v, %v, %v", p, ok, err)
	}
}

func TestNoSecretReachesARow(t *testing.T) {
	b := setup(t)
	again := &events.TaskExecutionRequested{TaskID: taskID, Request: request(events.StepDDL)}
	closed := &events.TaskCancelRequested{TaskID: taskID, Request: 1}
	b.record(t, at(1, created(taskID)), at(2, closed), at(3, again))
	if rows := b.tables(t); strings.Contains(rows, "ciphertext") || !strings.Contains(rows, "u:***@h") {
		t.Errorf("rows with the sealed connection, or without the masked one:\n%s", rows)
	}
	if again.Request.Connection.Sealed == "" {
		t.Error("the caller's event was changed")
	}
}

func TestAnEventOfAnUnknownTaskChangesNothing(t *testing.T) {
	b := setup(t)
	tally := b.record(t, at(1, &events.TaskCancelRequested{TaskID: taskID, Request: 1}),
		at(2, &events.OutputScanned{TaskID: taskID, Request: 1}))
	if tally.Unknown != 2 {
		t.Errorf("tally %+v, want two unknown", tally)
	}
	if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_tasks"); n != 0 {
		t.Errorf("%d tasks came of it", n)
	}
	if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_events"); n != 2 {
		t.Errorf("%d events in the audit trail, want 2", n)
	}
}

func TestTrainingEventsAreKeptAlsoOfNoTask(t *testing.T) {
	b := setup(t)
	ids := events.TrainingScope{IDs: []string{"0197c4a0-sql"}}
	tally := b.record(t, at(1, created(taskID)),
		at(2, &events.TrainingDeleteRequested{TrainingScope: ids, Actor: "ann"}),
		at(3, &events.TrainingDeleted{TrainingDone: events.TrainingDone{TrainingScope: ids, Request: 2, Actor: "ann", Rows: 1}}),
		at(4, &events.TrainingRestoreRequested{TrainingScope: events.TrainingScope{TaskID: taskID}, Actor: "ann"}))
	if tally != (Tally{}) {
		t.Errorf("passed over: %+v", tally)
	}
	kept := one[string](t, b, "SELECT string_agg(type || ' ' || task_id || ' ' || (data ->> 'actor'), ', ' ORDER BY stream_seq) FROM data_pipeline_events WHERE type LIKE 'training.%'")
	if want := "training.delete_requested _ ann, training.deleted _ ann, training.restore_requested " + taskID + " ann"; kept != want {
		t.Errorf("kept %s, want %s", kept, want)
	}
}

func TestDeletingATaskLeavesOnlyThatItHappened(t *testing.T) {
	for name, cuts := range map[string][]int{"in one batch": {6}, "in two batches": {4, 6}, "one by one": {1, 2, 3, 4, 5, 6}} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			list := []events.Event{
				at(1, created(taskID)), at(2, &events.TaskStarted{Run: events.Run{TaskID: taskID, Request: 1, Attempt: 1}, Executor: "a"}),
				at(3, &events.OutputRegistered{TaskID: taskID, Request: 1, File: events.File{Name: "a", SHA256: strings.Repeat("0", 64)}, Path: "p", FileType: "ddl", ModifiedAt: start}),
				at(4, &events.PairAdded{PairChange: events.PairChange{TaskID: taskID, PairID: "p_1", Question: "高速公路?", SQL: "SELECT 1;", Source: events.SourcePerson, Actor: "ann", At: start}}),
				at(5, &events.TaskDeleted{TaskID: taskID, Actor: "operator"}),
				at(6, &events.OutputScanned{TaskID: taskID, Request: 1}),
			}
			deleted, begin := 0, 0
			for _, end := range cuts {
				deleted += b.record(t, list[begin:end]...).Deleted
				begin = end
			}
			if deleted != 1 {
				t.Errorf("%d events of the deleted task counted, want 1", deleted)
			}
			rows := b.tables(t)
			for _, personal := range []string{"高速公路", "highway", `"a"`} {
				if strings.Contains(rows, personal) {
					t.Errorf("%s is still in the rows:\n%s", personal, rows)
				}
			}
			if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_events"); n != 6 {
				t.Errorf("%d events in the audit trail, want all six", n)
			}
			if by := one[string](t, b, "SELECT data ->> 'actor' FROM data_pipeline_events WHERE type = 'task.deleted'"); by != "operator" {
				t.Errorf("deleted by %q", by)
			}
		})
	}
}

func TestWhatTheDatabaseCannotHoldIsReplacedOrRefused(t *testing.T) {
	b := setup(t)
	odd := created(taskID)
	odd.Parameters = json.RawMessage(`{"a\u0000": "\ud800 \u0000", "bad": "` + "\xff" + `"}`)
	odd.Request.BusinessContext, odd.CreatedBy = "a\x00b", strings.Repeat("界", 255)
	b.record(t, at(1, odd))
	if got := one[string](t, b, "SELECT business_context FROM data_pipeline_tasks"); got != "a\uFFFDb" {
		t.Errorf("business context %q", got)
	}
	huge := created("task_20250701_143053")
	huge.Parameters = json.RawMessage(`1e1000000`)
	_, _, err := b.RecordEvents(ctx, b.at[events.StreamPipeline], 2, []events.Event{at(2, huge)})
	if !errors.Is(err, ErrRefused) {
		t.Errorf("a number beyond all bounds gave %v, want ErrRefused", err)
	}
	deep := created("task_20250701_143053")
	deep.Parameters = json.RawMessage(strings.Repeat("[", 9999) + strings.Repeat("]", 9999))
	if _, _, err = b.RecordEvents(ctx, b.at[events.StreamPipeline], 2, []events.Event{at(2, deep)}); err != nil && !errors.Is(err, ErrRefused) {
		t.Errorf("a deep document gave %v, want success or ErrRefused", err)
	}
}
