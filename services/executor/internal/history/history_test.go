package history_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gocloud.dev/blob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/files"
	"github.com/citu/datapipeline/services/executor/internal/history"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	shop  = "db.example.com:5432/shop"
	hotel = "db.example.com:5432/hotel"
)

var begin = time.Date(2025, 7, 1, 6, 30, 52, 123456789, time.UTC)

func taskID(n int) string { return fmt.Sprintf("task_20250701_%06d", n) }

// entry is that of the nth task, which was created and requested at minute n.
func entry(n int) history.Entry {
	at := begin.Add(time.Duration(n) * time.Minute)
	return history.Entry{
		TaskID: taskID(n), OutputPrefix: taskID(n), CreatedAt: at, RequestedAt: at, RequestSeq: uint64(n), Settings: "s",
		Steps: map[events.Step][]events.File{
			events.StepDDL: {{Name: "a.ddl", Size: 1, SHA256: "aa"}, {Name: "b", Size: 2, SHA256: "bb"}},
			events.StepQA:  {{Name: "b", Size: 3, SHA256: "cc"}},
		},
		Pairs: []events.Pair{{ID: "p_1", Question: "?", SQL: "SELECT 1;", Decision: events.DecisionRejected}},
	}
}

func open(t *testing.T) (history.History, string) {
	t.Helper()
	dir := t.TempDir()
	b, err := bucket.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return history.History{Bucket: b}, dir
}

func keep(t *testing.T, h history.History, identity string, entries ...history.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := h.Keep(t.Context(), identity, e); err != nil {
			t.Fatal(err)
		}
	}
}

// before names the tasks that one created at minute n may build upon.
func before(t *testing.T, h history.History, identity string, n int) (tasks []string) {
	t.Helper()
	entries, err := h.Before(t.Context(), identity, taskID(n), begin.Add(time.Duration(n)*time.Minute))
	if err != nil {
		t.Error(err)
	}
	for _, e := range entries {
		tasks = append(tasks, e.TaskID)
	}
	return tasks
}

func demand(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestATaskBuildsUponEarlierOnesOfItsDatabase(t *testing.T) {
	h, _ := open(t)
	demand(t, before(t, h, shop, 9))
	keep(t, h, shop, entry(1), entry(3), entry(2))
	keep(t, h, hotel, entry(4))
	demand(t, before(t, h, shop, 9), taskID(3), taskID(2), taskID(1))
	demand(t, before(t, h, hotel, 9), taskID(4))
}

// TestARepeatedTaskBuildsUponWhatItBuiltUponAtFirst: neither itself nor a later
// task counts, or its second run would give other files.
func TestARepeatedTaskBuildsUponWhatItBuiltUponAtFirst(t *testing.T) {
	h, _ := open(t)
	keep(t, h, shop, entry(1), entry(2), entry(3))
	demand(t, before(t, h, shop, 2), taskID(1))
	demand(t, before(t, h, shop, 1))
}

func TestTheNewestRequestCounts(t *testing.T) {
	h, _ := open(t)
	again := entry(1)
	again.RequestedAt = begin.Add(5 * time.Minute)
	keep(t, h, shop, entry(1), entry(2), again)
	demand(t, before(t, h, shop, 9), taskID(1), taskID(2))
}

func TestAnEntryReadsBackAsItWasKept(t *testing.T) {
	h, _ := open(t)
	keep(t, h, shop, entry(1))
	entries, err := h.Before(t.Context(), shop, taskID(2), begin.Add(time.Hour))
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	if e, want := entries[0], entry(1); !e.CreatedAt.Equal(want.CreatedAt) || e.Pairs[0].Decision != events.DecisionRejected || e.Settings != want.Settings {
		t.Errorf("%+v", e)
	}
	if got := entries[0].Files(); len(got) != 2 || got["b"].SHA256 != "cc" {
		t.Errorf("files: %+v", got)
	}
}

func TestOnlyTheNewestTasksAreRemembered(t *testing.T) {
	h, dir := open(t)
	for n := range history.Kept {
		keep(t, h, shop, entry(n))
		age(t, dir, taskID(n), time.Duration(history.Kept-n)*time.Hour)
	}
	keep(t, h, shop, entry(50), entry(51))
	got := before(t, h, shop, 99)
	if len(got) != history.Kept || got[0] != taskID(51) || got[len(got)-1] != taskID(2) {
		t.Errorf("%q", got)
	}
}

// age makes what is remembered of a task look older than it is.
func age(t *testing.T, dir, task string, by time.Duration) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, ".history", "*", task+".json"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%q, %v", found, err)
	}
	at := time.Now().Add(-by)
	if err := os.Chtimes(found[0], at, at); err != nil {
		t.Fatal(err)
	}
}

func TestADeletedTaskIsForgotten(t *testing.T) {
	h, _ := open(t)
	keep(t, h, shop, entry(1), entry(2))
	keep(t, h, hotel, entry(1))
	for range 2 { // again does no harm
		if err := h.Forget(t.Context(), taskID(1)); err != nil {
			t.Fatal(err)
		}
	}
	demand(t, before(t, h, shop, 9), taskID(2))
	demand(t, before(t, h, hotel, 9))
}

func TestExecutorsDoNotLoseEachOthersEntries(t *testing.T) {
	h, _ := open(t)
	var all sync.WaitGroup
	for n := range 10 {
		all.Go(func() { keep(t, h, shop, entry(n)) })
	}
	all.Wait()
	if got := before(t, h, shop, 99); len(got) != 10 {
		t.Errorf("%q", got)
	}
}

// TestTheDatabaseDoesNotShow: who may list the bucket learns no host.
func TestTheDatabaseDoesNotShow(t *testing.T) {
	h, _ := open(t)
	keep(t, h, shop, entry(1))
	objects, err := bucket.List(t.Context(), h.Bucket, "")
	if err != nil || len(objects) != 1 || strings.Contains(objects[0].Key, "shop") {
		t.Fatalf("%+v, %v", objects, err)
	}
	data, err := h.Bucket.ReadAll(t.Context(), objects[0].Key)
	if err != nil || strings.Contains(string(data), "example.com") {
		t.Errorf("%s, %v", data, err)
	}
}

// TestItIsNoOutputOfATask: a folder of tasks lists it as a folder, never as a
// file.
func TestItIsNoOutputOfATask(t *testing.T) {
	h, _ := open(t)
	keep(t, h, shop, entry(1))
	found, err := files.Folder{Bucket: h.Bucket}.List(t.Context())
	if err != nil || len(found) != 0 {
		t.Errorf("%v, %v", found, err)
	}
	it := h.Bucket.List(&blob.ListOptions{Delimiter: "/"})
	if o, err := it.Next(t.Context()); err != nil || !o.IsDir {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestADamagedEntryHidesNoOther(t *testing.T) {
	h, _ := open(t)
	keep(t, h, shop, entry(1), entry(2), entry(3))
	objects, err := bucket.List(t.Context(), h.Bucket, "")
	if err != nil {
		t.Fatal(err)
	}
	put := func(key, content string) {
		if err := bucket.Put(context.Background(), h.Bucket, key, strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	put(objects[0].Key, "{")
	third, err := h.Bucket.ReadAll(t.Context(), objects[2].Key)
	if err != nil {
		t.Fatal(err)
	}
	put(objects[1].Key, string(third)) // of another task
	entries, err := h.Before(t.Context(), shop, taskID(9), begin.Add(time.Hour))
	if len(entries) != 1 || entries[0].TaskID != taskID(3) || !errors.Is(err, history.ErrMalformed) {
		t.Errorf("%d entries, %v", len(entries), err)
	}
}

func TestWhatIsNoEntryIsRefused(t *testing.T) {
	h, _ := open(t)
	for name, change := range map[string]func(*history.Entry){
		"no task":        func(e *history.Entry) { e.TaskID = "../x" },
		"no folder":      func(e *history.Entry) { e.OutputPrefix = "" },
		"its own folder": func(e *history.Entry) { e.OutputPrefix = ".history" },
		"no time":        func(e *history.Entry) { e.CreatedAt = time.Time{} },
		"times reversed": func(e *history.Entry) { e.RequestedAt = begin.Add(-time.Hour) },
		"no file name":   func(e *history.Entry) { e.Steps[events.StepDDL][0].Name = "../a" },
		"no hash":        func(e *history.Entry) { e.Steps[events.StepDDL][0].SHA256 = "" },
	} {
		e := entry(1)
		if change(&e); !errors.Is(h.Keep(t.Context(), shop, e), history.ErrMalformed) {
			t.Errorf("%s: kept", name)
		}
	}
}

func TestSettingsTellApartWhatGivesOtherFiles(t *testing.T) {
	base := events.Request{Language: events.Chinese, BusinessContext: "b", Options: events.DefaultOptions()}
	seen := map[string]string{history.Settings(base, ""): "the same"}
	for name, change := range map[string]func(*events.Request) string{
		"language":  func(r *events.Request) string { r.Language = events.English; return "" },
		"context":   func(r *events.Request) string { r.BusinessContext = "c"; return "" },
		"masking":   func(r *events.Request) string { r.Options.Masking = events.MaskOff; return "" },
		"themes":    func(r *events.Request) string { r.Options.Themes = 7; return "" },
		"questions": func(r *events.Request) string { r.Options.QuestionsPerTheme = 7; return "" },
		"a model":   func(*events.Request) string { return "m" },
		"another":   func(*events.Request) string { return "n" },
	} {
		r := base
		model := change(&r)
		settings := history.Settings(r, model)
		if other, taken := seen[settings]; taken {
			t.Errorf("%s is as good as %s", name, other)
		}
		seen[settings] = name
	}
	for name, change := range map[string]func(*events.Request) string{
		"the default masking": func(r *events.Request) string {
			r.Options.Masking = events.MaskData
			return ""
		},
		"a model not asked": func(r *events.Request) string { r.Options.DisableModel = true; return "m" },
		"what is loaded":    func(r *events.Request) string { r.Options.EnableTrainingDataLoad = false; return "" },
	} {
		r := base
		model := change(&r)
		if history.Settings(r, model) != history.Settings(base, "") {
			t.Errorf("%s counts", name)
		}
	}
}
