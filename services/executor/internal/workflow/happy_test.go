package workflow_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

func sum(content string) string {
	s := sha256.Sum256([]byte(content))
	return hex.EncodeToString(s[:])
}

// whole is the history of a task without an incident.
var whole = []string{
	"task.created", "task.started",
	"step.started ddl_generation", "step.completed ddl_generation",
	"step.started qa_generation", "step.completed qa_generation",
	"step.started sql_validation", "step.completed sql_validation",
	"step.started training_load", "step.completed training_load",
	"task.completed",
}

func TestAWholeTask(t *testing.T) {
	d := deploy(t, 1)
	d.start(1)
	id := d.create()
	task := d.closed(id)
	if got := d.history(id); !slices.Equal(got, whole) {
		t.Errorf("history:\n%s", strings.Join(got, "\n"))
	}
	if task.Status != projection.Completed || task.Progress() != 100 || task.Warnings() != 1 {
		t.Errorf("%s, %d %%, %d warnings", task.Status, task.Progress(), task.Warnings())
	}
	d.checkFiles(task)
	result := d.file(id, "task_result.json")
	for _, want := range []string{`"success": true`, `"total_steps": 4`, `"final_question_count": 1`, `_pair.json"`, `"load_successful": true`} {
		if !strings.Contains(result, want) {
			t.Errorf("task_result.json lacks %s:\n%s", want, result)
		}
	}
	if got := d.file(id, "sql_validation_result.json"); !json.Valid([]byte(got)) || !strings.Contains(got, `"deleted": 1`) {
		t.Errorf("sql_validation_result.json: %s", got)
	}
	if got := d.file(id, "task_config.json"); !json.Valid([]byte(got)) || !strings.Contains(got, `"public.t"`) {
		t.Errorf("task_config.json: %s", got)
	}
}

func TestTheLogIsStoredBeforeTheVerdict(t *testing.T) {
	d := deploy(t, 1)
	d.start(1)
	id := d.create()
	task := d.closed(id)
	last, err := d.control.LastSeq(t.Context(), events.StreamLogs, events.KindSubject("log", id))
	if err != nil || last == 0 || last != task.LogSequence {
		t.Errorf("the log ends at %d, %v; the verdict says %d", last, err, task.LogSequence)
	}
	lines := d.logged(id)
	for _, want := range []string{"The task begins (attempt 1)", "Step qa_generation begins.", "made pairs", "Step training_load is done", "The task is done"} {
		if !contains(lines, want) {
			t.Errorf("no line %q in:\n%s", want, strings.Join(lines, "\n"))
		}
	}
}

func TestSkippedStepsAreReportedInTheirPlace(t *testing.T) {
	d := deploy(t, 1)
	d.start(1, with(writes(events.StepDDL, "t.ddl"), writes(events.StepQA, "q_pair.json"), writes(events.StepLoad)))
	id := d.create(func(r *events.Request) {
		r.Steps, r.SkippedSteps = []events.Step{events.StepDDL, events.StepQA, events.StepLoad}, []events.Step{events.StepValidation}
		r.Options.EnableSQLValidation = false
	})
	task := d.closed(id)
	history := d.history(id)
	before := slices.Index(history, "step.completed qa_generation")
	if got := slices.Index(history, "step.skipped sql_validation"); got != before+1 {
		t.Errorf("history:\n%s", strings.Join(history, "\n"))
	}
	if s := task.Steps[events.StepValidation]; task.Status != projection.Completed || s.SkipReason != events.SkipDisabled {
		t.Errorf("%s, %+v", task.Status, s)
	}
}

func TestASingleStepLeavesTheTaskPartial(t *testing.T) {
	d := deploy(t, 1)
	d.start(1)
	id := d.create(func(r *events.Request) { r.ExecutionMode, r.Steps = events.ModeSingle, []events.Step{events.StepDDL} })
	if task := d.closed(id); task.Status != projection.PartialCompleted {
		t.Fatalf("%s: %v", task.Status, d.history(id))
	}
	again := request()
	again.OutputPrefix, again.Steps = id, events.Steps()[1:]
	d.say(&events.TaskExecutionRequested{TaskID: id, Request: again})
	d.untilType(id, events.TypeTaskCompleted)
	task := d.task(id)
	if task.Status != projection.Completed || task.Attempt != 1 {
		t.Errorf("%s in attempt %d: %v", task.Status, task.Attempt, d.history(id))
	}
	d.checkFiles(task)
}

func TestRepeatingAStepThatRewritesItsInputStartsFromTheCopy(t *testing.T) {
	d := deploy(t, 1)
	d.start(1)
	id := d.create()
	d.closed(id)
	again := request()
	again.ExecutionMode, again.Steps, again.Force = events.ModeSingle, []events.Step{events.StepValidation}, true
	again.OutputPrefix, again.CleanExistingFiles = id, true
	d.say(&events.TaskExecutionRequested{TaskID: id, Request: again})
	seen := 0
	d.until(id, func(e events.Event) bool {
		if e.Type() == events.TypeTaskCompleted {
			seen++
		}
		return seen == 2
	})
	d.checkFiles(d.task(id))
}

func TestACleanRequestRemovesWhatEarlierOnesLeft(t *testing.T) {
	d := deploy(t, 1)
	stamped := step{events.StepDDL, func(_ context.Context, r *steps.Run) (steps.Result, error) {
		return steps.Result{Data: struct{}{}}, r.Out.WriteFile(fmt.Sprintf("made_by_%d.ddl", r.RequestedAt.UnixNano()), nil)
	}}
	d.start(1, with(stamped))
	single := func(r *events.Request) { r.ExecutionMode, r.Steps = events.ModeSingle, []events.Step{events.StepDDL} }
	id := d.create(single)
	d.closed(id)
	again := request()
	single(&again)
	again.Force, again.CleanExistingFiles, again.OutputPrefix = true, true, id
	d.say(&events.TaskExecutionRequested{TaskID: id, Request: again})
	closings := 0
	d.until(id, func(e events.Event) bool {
		if e.Type() == events.TypeTaskPartialCompleted {
			closings++
		}
		return closings == 2
	})
	var made []string
	for it := d.bucket.List(nil); ; {
		o, err := it.Next(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(o.Key, ".ddl") {
			made = append(made, o.Key)
		}
	}
	if len(made) != 1 {
		t.Errorf("files: %v", made)
	}
}

func TestProgressIsAtMostTwoASecond(t *testing.T) {
	d := deploy(t, 1)
	busy := step{events.StepDDL, func(_ context.Context, r *steps.Run) (steps.Result, error) {
		for i := range 100_000 {
			r.Progress(i, 100_000)
		}
		return steps.Result{Data: struct{}{}}, nil
	}}
	d.start(1, with(busy))
	id := d.create(func(r *events.Request) { r.ExecutionMode, r.Steps = events.ModeSingle, []events.Step{events.StepDDL} })
	task := d.closed(id)
	progressed := 0
	err := d.control.History(t.Context(), id, 0, func(e events.Event) error {
		if e.Type() == events.TypeStepProgressed {
			progressed++
		}
		return nil
	})
	if limit := 1 + int(2*task.Steps[events.StepDDL].DurationSeconds); err != nil || progressed > limit {
		t.Errorf("%d events of progress, at most %d allowed, %v", progressed, limit, err)
	}
}

// TestNoSecretLeavesTheProcess makes a step repeat the connection string
// wherever it can, then reads everything that was published.
func TestNoSecretLeavesTheProcess(t *testing.T) {
	d := deploy(t, 1)
	d.start(1, with(leaks(), writes(events.StepQA)))
	id := d.create(func(r *events.Request) { r.Steps = events.Steps()[:2] })
	if task := d.closed(id); task.Status != projection.Failed {
		t.Errorf("%s", task.Status)
	}
	if !contains(d.logged(id), "could not connect to ***") {
		t.Errorf("log: %v", d.logged(id))
	}
	for _, stream := range []string{events.StreamPipeline, events.StreamLogs, events.StreamDeadLetters} {
		for _, text := range d.messages(stream) {
			if strings.Contains(text, password) {
				t.Errorf("%s holds the password: %s", stream, text)
			}
		}
	}
	for _, name := range []string{"task_config.json", "task_result.json"} {
		if strings.Contains(d.file(id, name), password) {
			t.Errorf("%s holds the password", name)
		}
	}
}

// messages are all of a stream, headers and body.
func (d *deployment) messages(stream string) []string {
	d.Helper()
	s, err := d.control.JS().Stream(d.Context(), stream)
	if err != nil {
		d.Fatal(err)
	}
	var all []string
	for seq := uint64(1); seq <= s.CachedInfo().State.LastSeq; seq++ {
		m, err := s.GetMsg(d.Context(), seq)
		if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			d.Fatal(err)
		}
		all = append(all, fmt.Sprint(m.Header, string(m.Data)))
	}
	return all
}
