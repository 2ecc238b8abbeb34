package store

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// ctx stands in where a *rapid.T has none.
var ctx = context.Background()

func TestFoldingOnFromAStoredRowEqualsFoldingFromTheStart(t *testing.T) {
	b := setup(t)
	rapid.Check(t, func(t *rapid.T) {
		b.rebuild(t)
		list := history(t)
		for batch := range batches(t, list) {
			b.record(t, batch...)
		}
		if want, have := decoded(t, show(foldAll(list))), decoded(t, b.stored(t)); !reflect.DeepEqual(want, have) {
			t.Fatalf("from the start\n%v\nfrom the rows\n%v", want, have)
		}
	})
}

func TestRowsDoNotDependOnHowEventsAreBatched(t *testing.T) {
	b := setup(t)
	rapid.Check(t, func(t *rapid.T) {
		list := history(t)
		b.rebuild(t)
		b.record(t, list...)
		together := b.tables(t)
		b.rebuild(t)
		for batch := range batches(t, list) {
			b.record(t, batch...)
		}
		if apart := b.tables(t); apart != together {
			t.Fatalf("in one batch\n%s\nin several\n%s", together, apart)
		}
	})
}

func TestOutputsEqualTheirFold(t *testing.T) {
	b := setup(t)
	rapid.Check(t, func(t *rapid.T) {
		b.rebuild(t)
		list := history(t)
		var files projection.Outputs
		for _, e := range list {
			files = projection.ApplyOutput(files, e)
		}
		for batch := range batches(t, list) {
			b.record(t, batch...)
		}
		names := one[[]string](t, b, "SELECT coalesce(array_agg(file_name::text ORDER BY file_name), '{}') FROM data_pipeline_task_outputs")
		if len(names) != len(files) {
			t.Fatalf("rows of %v, files %v", names, files)
		}
		for _, name := range names {
			size := one[int64](t, b, "SELECT file_size FROM data_pipeline_task_outputs WHERE file_name = $1", name)
			if size != files[name].Size {
				t.Fatalf("%s has %d bytes, want %d", name, size, files[name].Size)
			}
		}
	})
}

func TestPairsEqualTheirFold(t *testing.T) {
	b := setup(t)
	rapid.Check(t, func(t *rapid.T) {
		b.rebuild(t)
		list := history(t)
		var pairs projection.Pairs
		for _, e := range list {
			pairs = projection.ApplyPair(pairs, e)
		}
		for batch := range batches(t, list) {
			b.record(t, batch...)
		}
		if want, have := decoded(t, string(document(pairs.List()))), decoded(t, b.pairs(t)); !reflect.DeepEqual(want, have) {
			t.Fatalf("folded\n%v\nfrom the rows\n%v", want, have)
		}
	})
}

// pairs are the rows of pairs as JSON, in the order of their first touch.
func (b *bundle) pairs(t tester) string {
	t.Helper()
	rows, err := b.pool.Query(ctx, strings.Replace(query("pairs_load"), "WHERE (task_id, pair_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))", "ORDER BY first_seq", 1))
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, scanPair)
	if err != nil {
		t.Fatal(err)
	}
	return string(document(column(all, func(p pair) events.Pair { return p.Pair.Pair })))
}

func TestARunLeavesItsExecutions(t *testing.T) {
	b := setup(t)
	run := events.Run{TaskID: taskID, Request: 1, Attempt: 1}
	ddl := events.Execution{Run: run, Step: events.StepDDL, ExecutionID: "first", StartedAt: start}
	again := ddl
	again.Attempt, again.ExecutionID = 2, "second"
	b.record(t, at(1, created(taskID)), at(2, &events.TaskStarted{Run: run, Executor: "a"}), at(3, &events.StepStarted{Execution: ddl}))
	second := events.Run{TaskID: taskID, Request: 1, Attempt: 2}
	b.record(t, at(4, &events.TaskStarted{Run: second, Executor: "b"}), at(5, &events.StepStarted{Execution: again}))
	b.record(t, at(6, &events.StepCompleted{Execution: again, CompletedAt: start.Add(time.Minute), DurationSeconds: 60, Result: json.RawMessage(`{}`)}))
	got := one[[]string](t, b, "SELECT array_agg(execution_step || ' ' || status || ' ' || attempt ORDER BY execution_step DESC, attempt) FROM data_pipeline_task_executions")
	want := []string{"ddl_generation failed 1", "ddl_generation completed 2", "complete running 2"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("executions %q, want %q", got, want)
	}
}

// history draws any events of one task: sensible runs, and among them late,
// repeated and contradictory ones, as crashes and races make them.
func history(t *rapid.T) []events.Event {
	n := rapid.Uint64Range(0, 30).Draw(t, "events")
	list := []events.Event{at(1, created(taskID))}
	for seq := uint64(2); seq < n+2; seq++ {
		list = append(list, at(seq, anyData(t)))
	}
	return list
}

// anyData draws small numbers, so that requests and attempts often fit.
func anyData(t *rapid.T) events.Data {
	r := events.Run{TaskID: taskID, Request: rapid.SampledFrom([]uint64{1, 1, 1, 5, 10}).Draw(t, "request"),
		Attempt: rapid.IntRange(1, 3).Draw(t, "attempt")}
	step := rapid.SampledFrom(events.Steps()).Draw(t, "step")
	x := events.Execution{Run: r, Step: step, StartedAt: start,
		ExecutionID: events.ExecutionID(taskID, string(step), start.Add(time.Duration(r.Attempt)*time.Millisecond))}
	failure := events.Failure{ErrorType: "x", ErrorClass: events.ClassUser, Message: "x"}
	closing := events.Closing{Run: r, LogSequence: 7, Result: json.RawMessage(`{"success": 1.50, "a": [null, "\u0041"]}`)}
	file := events.File{Name: rapid.SampledFrom([]string{"a.ddl", "b_pair.json"}).Draw(t, "file"),
		Size: rapid.Int64Range(0, 9).Draw(t, "size"), SHA256: strings.Repeat("0", 64)}
	change := events.PairChange{TaskID: taskID, PairID: rapid.SampledFrom([]string{"p_1", "p_2"}).Draw(t, "pair"),
		Question: rapid.SampledFrom([]string{"多少?", "how many?"}).Draw(t, "question"), SQL: "SELECT 1;", Tables: []string{"public.t"},
		Source: events.SourcePerson, Actor: "ann", At: start.Truncate(time.Microsecond), Note: rapid.SampledFrom([]string{"", "n"}).Draw(t, "note")}
	return rapid.SampledFrom([]events.Data{
		&events.TaskExecutionRequested{TaskID: taskID, Request: request(step)},
		&events.TaskCancelRequested{TaskID: taskID, Request: r.Request},
		&events.TaskStarted{Run: r, Executor: "a"}, &events.TaskStarted{Run: r, Executor: "b"}, &events.TaskStarted{Run: r, Executor: "c"},
		&events.StepStarted{Execution: x}, &events.StepStarted{Execution: x},
		&events.StepProgressed{Execution: x, Progress: rapid.IntRange(0, 100).Draw(t, "progress"), Done: 1, Total: 2},
		&events.StepCompleted{Execution: x, CompletedAt: start.Add(time.Minute), DurationSeconds: 1e-7, Result: json.RawMessage(`{"n":1}`), Warnings: 1, Manifest: []events.File{file}},
		&events.StepFailed{Execution: x, CompletedAt: start.Add(time.Minute), DurationSeconds: 60, Failure: failure},
		&events.StepSkipped{Run: r, Step: step, Reason: events.SkipRequested},
		&events.TaskCompleted{Closing: closing}, &events.TaskFailed{Closing: closing, Failure: failure},
		&events.TaskPartialCompleted{Closing: closing}, &events.TaskCancelled{Closing: closing},
		&events.OutputRegistered{TaskID: taskID, Request: r.Request, File: file, Path: "p", FileType: events.FileDDL, ModifiedAt: start},
		&events.OutputRegistered{TaskID: taskID, Request: r.Request, File: file, Path: "p", FileType: events.FileDDL, ModifiedAt: start},
		&events.OutputRemoved{TaskID: taskID, Request: r.Request, Name: file.Name},
		&events.OutputScanned{TaskID: taskID, Request: r.Request, Files: 1},
		&events.PairAdded{PairChange: change, Check: &events.PairCheck{Verdict: events.VerdictValid, Cost: 1.5}},
		&events.PairEdited{PairChange: change},
		&events.PairReviewed{PairChange: change, Decision: events.DecisionApproved},
		&events.PairReviewed{PairChange: change},
	}).Draw(t, "data")
}

// batches cuts a list anywhere.
func batches(t *rapid.T, list []events.Event) func(func([]events.Event) bool) {
	return func(yield func([]events.Event) bool) {
		for len(list) > 0 {
			n := rapid.IntRange(1, len(list)).Draw(t, "batch")
			if !yield(list[:n]) {
				return
			}
			list = list[n:]
		}
	}
}

func foldAll(list []events.Event) projection.Task {
	var t projection.Task
	for _, e := range list {
		t = projection.Apply(t, e)
	}
	return t
}

func show(t projection.Task) string { return string(document(t)) }

// stored is the task as readers of the view decode it, as JSON.
func (b *bundle) stored(t tester) string {
	t.Helper()
	var task projection.Task
	if err := json.Unmarshal(one[json.RawMessage](t, b, "SELECT task FROM data_pipeline_task_states"), &task); err != nil {
		t.Fatal(fmt.Errorf("decode the state: %w", err))
	}
	return show(task)
}

// decoded makes JSON texts that mean the same equal.
func decoded(t tester, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
