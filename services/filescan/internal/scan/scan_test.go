package scan_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gocloud.dev/blob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/filescan/internal/scan"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const taskID = "task_20250701_143052"

// bench is a task with a bucket and a scanner.
type bench struct {
	*testing.T
	broker  *broker.Broker
	files   *blob.Bucket
	scanner *scan.Scanner
	run     events.Run
	last    uint64 // of task.*
}

func setup(t *testing.T) *bench {
	b := &bench{T: t, broker: testkit.Broker(t)}
	files, err := bucket.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	b.files = files
	b.scanner = &scan.Scanner{Broker: b.broker, Bucket: files, Log: testkit.Log(t), MaxDownload: 10, Runner: events.RunnerPool}
	b.task(&events.TaskCreated{TaskID: taskID, TaskType: events.TaskTypeComplete, CreatedAt: time.Now(), CreatedBy: "api",
		Parameters: json.RawMessage(`{}`), Request: events.Request{ExecutionMode: events.ModeComplete, Steps: events.Steps(),
			Language: events.English, Runner: events.RunnerPool, OutputPrefix: "shop/" + taskID, UTCOffsetSeconds: 8 * 3600}})
	b.run = events.Run{TaskID: taskID, Request: b.last, Attempt: 1}
	b.task(&events.TaskStarted{Run: b.run, Executor: "test"})
	return b
}

func (b *bench) task(d events.Data) {
	b.Helper()
	seq, err := b.broker.PublishTask(b.Context(), events.New("test", d), b.last)
	if err != nil {
		b.Fatal(err)
	}
	b.last = seq
}

func (b *bench) put(name, content string) {
	b.Helper()
	if err := bucket.Put(b.Context(), b.files, "shop/"+taskID+"/"+name, strings.NewReader(content)); err != nil {
		b.Fatal(err)
	}
}

// unfinished leaves a file as a process does that is killed while it writes.
func (b *bench) unfinished(name string) {
	b.Helper()
	if err := b.files.WriteAll(b.Context(), "shop/"+taskID+"/"+name, []byte("CREA"), nil); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) scan() {
	b.Helper()
	if err := b.scanner.Task(b.Context(), taskID); err != nil {
		b.Fatal(err)
	}
}

// outputs folds the stream as every reader does.
func (b *bench) outputs() (projection.Task, projection.Outputs, int) {
	b.Helper()
	var task projection.Task
	var outputs projection.Outputs
	count := 0
	if err := b.broker.History(b.Context(), taskID, 0, func(e events.Event) error {
		task, outputs = projection.Apply(task, e), projection.ApplyOutput(outputs, e)
		if strings.HasPrefix(string(e.Type()), "output.") {
			count++
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	return task, outputs, count
}

func TestOnlyWhatChangedIsRegistered(t *testing.T) {
	b := setup(t)
	b.put("orders.ddl", "CREATE …")
	b.put("metadata.txt", "a text above the download limit")
	b.put("unfinished/deeper.txt", "not a file of the task")
	b.scan()
	_, outputs, events1 := b.outputs()
	if got := slices.Sorted(maps.Keys(outputs)); !slices.Equal(got, []string{"metadata.txt", "orders.ddl"}) {
		t.Fatalf("registered %v", got)
	}
	if ddl := outputs["orders.ddl"]; ddl.FileType != events.FileDDL || ddl.IsPrimary || !ddl.IsDownloadable || ddl.Size != 10 || ddl.Description != "A table's definition" {
		t.Errorf("%+v", ddl)
	}
	if meta := outputs["metadata.txt"]; !meta.IsPrimary || meta.IsDownloadable {
		t.Errorf("%+v", meta)
	}
	b.scan()
	if _, _, again := b.outputs(); again != events1 {
		t.Errorf("a second scan of the same files published %d events", again-events1)
	}
	b.put("orders.ddl", "CREATE ..")
	if err := b.files.Delete(t.Context(), "shop/"+taskID+"/metadata.txt"); err != nil {
		t.Fatal(err)
	}
	b.scan()
	_, outputs, events2 := b.outputs()
	if len(outputs) != 1 || outputs["orders.ddl"].Size != 9 || events2 != events1+2 {
		t.Errorf("after a change and a removal: %d events, %+v", events2-events1, outputs)
	}
}

func TestTheEndWritesTheLogAndSaysThatAllIsRegistered(t *testing.T) {
	b := setup(t)
	at := time.Date(2025, 7, 1, 6, 30, 52, 0, time.UTC)
	line := func(n int) events.Line {
		return events.Line{Time: at, Level: events.LevelInfo, Message: fmt.Sprintf("line %d\nof two", n), Step: events.StepDDL}
	}
	for _, first := range []uint64{0, 2, 1} { // the last one repeats what was there
		d := &events.Log{TaskID: taskID, Request: b.run.Request, Attempt: 1, FirstLine: first, Lines: []events.Line{line(int(first)), line(int(first) + 1)}}
		if _, err := b.broker.Publish(t.Context(), events.New("test", d)); err != nil {
			t.Fatal(err)
		}
	}
	b.put("orders.ddl", "CREATE …")
	b.unfinished("orders.ddl.18eb00e397f33ed4.tmp")
	b.task(&events.TaskCompleted{Closing: events.Closing{Run: b.run, LogSequence: 3}})
	b.scan()
	got, err := b.files.ReadAll(t.Context(), "shop/"+taskID+"/data_pipeline.log")
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for n := range 4 {
		want += fmt.Sprintf("2025-07-01 14:30:52 [INFO] ddl_generation: line %d\\nof two\n", n)
	}
	if string(got) != want {
		t.Errorf("the log file is\n%swant\n%s", got, want)
	}
	if left, err := b.files.Exists(t.Context(), "shop/"+taskID+"/orders.ddl.18eb00e397f33ed4.tmp"); err != nil || left {
		t.Errorf("the unfinished file of a killed executor is still there: %v", err)
	}
	task, outputs, count := b.outputs()
	if !task.ScanComplete || len(outputs) != 2 {
		t.Errorf("scan complete %v, %d outputs", task.ScanComplete, len(outputs))
	}
	b.scan()
	if _, _, again := b.outputs(); again != count {
		t.Errorf("a scan after the end published %d events", again-count)
	}
}

func TestScansAtOnceRegisterEachFileOnce(t *testing.T) {
	b := setup(t)
	for n := range 20 {
		b.put(fmt.Sprintf("t%02d.ddl", n), "CREATE")
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := b.scanner.Task(context.Background(), taskID); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if _, outputs, count := b.outputs(); len(outputs) != 20 || count != 20 {
		t.Errorf("%d files by %d events", len(outputs), count)
	}
}

func TestADeletedTaskLosesItsFolderAndNothingElse(t *testing.T) {
	b := setup(t)
	b.put("orders.ddl", "CREATE")
	if err := bucket.Put(t.Context(), b.files, "shop/other.txt", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	b.scan()
	b.put("unregistered.txt", "x")
	b.task(&events.TaskDeleted{TaskID: taskID, OutputPrefix: "shop/" + taskID})
	b.scan()
	left, err := bucket.List(t.Context(), b.files, "")
	if err != nil || len(left) != 1 || left[0].Key != "shop/other.txt" {
		t.Errorf("left: %v, %v", left, err)
	}
}
