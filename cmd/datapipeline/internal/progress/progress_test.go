package progress

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vbauerster/mpb/v8"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const id = "manual_20250701_143052"

var began = time.Date(2025, 7, 1, 14, 30, 52, 0, time.Local)

// step is the state of a step that began n seconds after the task.
func step(s projection.Step, n int) projection.Step {
	at := began.Add(time.Duration(n) * time.Second)
	s.StartedAt = &at
	return s
}

// states are what a view sees of a task, one after the other.
func states() []projection.Task {
	request := events.Request{Steps: []events.Step{events.StepDDL, events.StepQA}, SkippedSteps: []events.Step{events.StepValidation}}
	task := func(status projection.Status, ddl, qa, validation projection.Step) projection.Task {
		return projection.Task{ID: id, Status: status, Request: request, Steps: map[events.Step]projection.Step{
			events.StepDDL: ddl, events.StepQA: qa, events.StepValidation: validation,
		}}
	}
	pending := projection.Step{Status: projection.Pending}
	running := step(projection.Step{Status: projection.Running, Progress: 40, Done: 2, Total: 5}, 0)
	done := step(projection.Step{Status: projection.Completed, Progress: 100, DurationSeconds: 1.25}, 0)
	failed := step(projection.Step{Status: projection.Failed, Progress: 30, DurationSeconds: 0.5}, 1)
	skipped := projection.Step{Status: projection.Skipped, Progress: 100}
	return []projection.Task{
		task(projection.Pending, pending, pending, pending),
		task(projection.InProgress, running, pending, pending),
		task(projection.InProgress, done, step(running, 1), pending),
		task(projection.InProgress, done, failed, skipped),
		task(projection.Failed, done, failed, skipped),
	}
}

// show gives a view everything there is to see, a warning and a wait in the middle.
func show(v View) {
	for i, t := range states() {
		v.Task(t, began.Add(time.Duration(i)*time.Second))
		if i == 2 {
			v.Line(events.Line{Time: began.Add(2500 * time.Millisecond), Level: events.LevelWarning, Message: "sale: no rows"})
			v.Line(events.Line{Time: began, Level: events.LevelInfo, Message: "nobody needs this", Extra: json.RawMessage(`{"rows":3}`)})
			v.Line(events.Line{Time: began.Add(2600 * time.Millisecond), Level: events.LevelInfo, Message: "asked again in 20 s", Extra: json.RawMessage(`{"wait_seconds":20}`)})
		}
	}
	v.Line(events.Line{Time: began.Add(9 * time.Second), Level: events.LevelCritical, Message: "the end"})
	v.Close()
}

// TestPlain writes a line for each thing, with the time when it happened.
func TestPlain(t *testing.T) {
	for _, lang := range []events.Language{events.Chinese, events.English} {
		var out bytes.Buffer
		show(&Plain{Out: &out, Language: lang})
		testkit.Golden(t, "testdata/plain_"+string(lang)+".txt", out.Bytes())
	}
}

// TestBars draws a bar for each step of the request; in the last picture they
// are aligned and show how the steps ended, below the warnings.
func TestBars(t *testing.T) {
	for _, lang := range []events.Language{events.Chinese, events.English} {
		var out bytes.Buffer
		show(newBars(lang, mpb.WithOutput(&out), mpb.WithAutoRefresh()))
		lines := strings.Split(strings.TrimSpace(regexp.MustCompile(`\x1b\[[0-9]*[A-Z]`).ReplaceAllString(out.String(), "")), "\n")
		last := lines[len(lines)-3:]
		for i, want := range []string{
			lang.Pick("100%  已完成  1.2 秒", "100%  completed  1.2 s"), lang.Pick(" 30%  失败  0.5 秒", " 30%  failed  0.5 s"), lang.Pick("0%  已跳过", "0%  skipped"),
		} {
			if !strings.Contains(last[i], want) {
				t.Errorf("%s: line %d lacks %q: %q", lang, i, want, last[i])
			}
			if at := column(last[i], "["); at != column(last[0], "[") {
				t.Errorf("%s: bar %d begins in column %d:\n%s", lang, i, at, strings.Join(last, "\n"))
			}
		}
		for _, want := range []string{"14:30:54 " + lang.Pick("警告：", "warning: ") + "sale: no rows", lang.Pick("错误：", "error: ") + "the end"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: the output lacks %q", lang, want)
			}
		}
		if strings.Contains(out.String(), "nobody needs this") {
			t.Errorf("%s: a line that is none of the warnings", lang)
		}
	}
}

// column is where a text begins in a terminal, Chinese taking two columns.
func column(line, text string) int {
	before, _, _ := strings.Cut(line, text)
	n := 0
	for _, r := range before {
		n++
		if r > 0x2e80 {
			n++
		}
	}
	return n
}

// recorded is a view that remembers.
type recorded struct {
	Plain
	closed int
}

func (r *recorded) Close() { r.closed++ }

// TestWatch shows a task from its beginning until its log is shown and its
// files are registered, whatever comes first.
func TestWatch(t *testing.T) {
	b := testkit.Broker(t)
	publish := func(data events.Data) uint64 {
		seq, err := b.Publish(t.Context(), events.New("test", data))
		if err != nil {
			t.Fatal(err)
		}
		return seq
	}
	request := events.Request{ExecutionMode: events.ModeSingle, Steps: []events.Step{events.StepDDL}, Language: events.English, Runner: events.RunnerSelf, Tables: []string{"sale"}}
	seq := publish(&events.TaskCreated{TaskID: id, TaskType: events.TaskTypeComplete, CreatedAt: began, CreatedBy: "manual", Parameters: json.RawMessage(`{}`), Request: request})
	run := events.Run{TaskID: id, Request: seq, Attempt: 1}
	execution := events.Execution{Run: run, Step: events.StepDDL, ExecutionID: events.ExecutionID(id, "ddl_generation", began), StartedAt: began}
	publish(&events.TaskStarted{Run: run, Executor: "test"})
	publish(&events.StepStarted{Execution: execution})

	var out bytes.Buffer
	view := &recorded{Plain: Plain{Out: &out, Language: events.English}}
	watched := make(chan projection.Task, 1)
	go func() {
		task, err := Watch(t.Context(), b, id, 0, view)
		if err != nil {
			t.Error(err)
		}
		watched <- task
	}()
	line := publish(&events.Log{TaskID: id, Request: seq, Attempt: 1, Lines: []events.Line{{Time: began, Level: events.LevelError, Message: "the last line"}}})
	publish(&events.StepCompleted{Execution: execution, CompletedAt: began.Add(time.Second), DurationSeconds: 1, Result: json.RawMessage(`{}`)})
	publish(&events.TaskPartialCompleted{Closing: events.Closing{Run: run, Result: json.RawMessage(`{}`), LogSequence: line}})
	publish(&events.OutputScanned{TaskID: id, Request: seq})
	task := <-watched

	next := publish(&events.TaskExecutionRequested{TaskID: id, Request: request})
	var later bytes.Buffer
	publish(&events.TaskCancelRequested{TaskID: id, Request: next})
	publish(&events.OutputScanned{TaskID: id, Request: next})
	if task, err := Watch(t.Context(), b, id, next, &Plain{Out: &later, Language: events.English}); err != nil || task.Status != projection.Cancelled {
		t.Errorf("the second request is %s, %v", task.Status, err)
	}
	if got := later.String(); !strings.Contains(got, id+": cancelled") || strings.Contains(got, "completed") || strings.Contains(got, "the last line") {
		t.Errorf("of the second request was shown:\n%s", got)
	}
	if task.Status != projection.PartialCompleted || !task.ScanComplete || view.closed != 1 {
		t.Errorf("the task is %s, scanned %v; the view was closed %d times", task.Status, task.ScanComplete, view.closed)
	}
	for _, want := range []string{"Table documents: completed (1.0 s)", "error: the last line", id + ": partly completed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
}

// TestWatchEnds with its context.
func TestWatchEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	view := &recorded{Plain: Plain{Out: &bytes.Buffer{}}}
	if _, err := Watch(ctx, testkit.Broker(t), id, 0, view); !errors.Is(err, context.Canceled) || view.closed != 1 {
		t.Errorf("%v; the view was closed %d times", err, view.closed)
	}
}
