package read_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/read"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

// walk follows the pages of a list, as names, from its beginning to its end and
// back, and checks that both ways give the same.
func walk[T any](t *rapid.T, limit int, get func(read.Paging) (read.Page[T], error), name func(T) string) []string {
	t.Helper()
	visit := func(p read.Paging) read.Page[T] {
		page, err := get(p)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Items) > limit {
			t.Fatalf("%d items on a page of %d", len(page.Items), limit)
		}
		return page
	}
	var there, back []string
	page := visit(read.Paging{Limit: limit})
	if page.Prev != "" {
		t.Fatal("there is something before the beginning")
	}
	for {
		for _, i := range page.Items {
			there = append(there, name(i))
		}
		if page.Next == "" {
			break
		}
		page = visit(read.Paging{Limit: limit, Cursor: page.Next})
	}
	for {
		for _, i := range slices.Backward(page.Items) {
			back = append(back, name(i))
		}
		if page.Prev == "" {
			break
		}
		page = visit(read.Paging{Limit: limit, Cursor: page.Prev})
	}
	slices.Reverse(back)
	if !slices.Equal(there, back) {
		t.Fatalf("forwards %v, backwards %v", there, back)
	}
	return there
}

func TestTasksAreAWholeListHoweverPaged(t *testing.T) {
	b := setup(t)
	b.Record()
	var all []string // the newest first
	for i := range 23 {
		at := start.Add(time.Duration(i/3) * time.Hour) // three at a time
		task := story.New(t, b.Broker, at)
		task.ID = fmt.Sprintf("%s_%04x", task.ID, i)
		all = append([]string{task.ID}, all...)
		task.Create()
	}
	b.Recorded()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 30).Draw(t, "limit")
		got := walk(t, limit, func(p read.Paging) (read.Page[read.TaskSummary], error) {
			page, _, err := b.reader.Tasks(t.Context(), read.TaskFilter{}, p)
			return page, err
		}, func(s read.TaskSummary) string { return s.ID })
		if !slices.Equal(got, all) {
			t.Fatalf("%v, want %v", got, all)
		}
	})
}

func TestLogsAreAWholeListHoweverPaged(t *testing.T) {
	b := setup(t)
	b.Record()
	task, other := story.New(t, b.Broker, start).Create(), story.New(t, b.Broker, start.Add(time.Second)).Create()
	var all []string
	for i := range 9 {
		messages := []string{"a", "b", "c"}[:i%3+1]
		sequence := task.Log(events.LevelInfo, messages...)
		for index := range messages {
			all = append(all, fmt.Sprintf("%d.%d", sequence, index))
		}
		other.Log(events.LevelInfo, "of another task")
	}
	b.Recorded()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 25).Draw(t, "limit")
		got := walk(t, limit, func(p read.Paging) (read.Page[read.LogLine], error) {
			page, _, err := b.reader.Logs(t.Context(), task.ID, read.LogFilter{}, p, false)
			return page, err
		}, read.LogLine.Address)
		if !slices.Equal(got, all) {
			t.Fatalf("%v, want %v", got, all)
		}
		tail, _, err := b.reader.Logs(t.Context(), task.ID, read.LogFilter{}, read.Paging{Limit: limit}, true)
		if err != nil || tail.Next != "" || (tail.Prev == "") != (limit >= len(all)) {
			t.Fatalf("tail: next %q, prev %q, %v", tail.Next, tail.Prev, err)
		}
		if want := all[max(0, len(all)-limit):]; len(tail.Items) != len(want) || tail.Items[0].Address() != want[0] {
			t.Fatalf("tail has %d lines from %s, want %v", len(tail.Items), tail.Items[0].Address(), want)
		}
	})
}

func TestCutIsAWholeListHoweverPaged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfNDistinct(rapid.StringMatching("[a-c文]{1,3}"), 0, 30, rapid.ID[string]).Draw(t, "names")
		slices.Sort(all)
		limit := rapid.IntRange(1, 12).Draw(t, "limit")
		got := walk(t, limit, func(p read.Paging) (read.Page[string], error) {
			return read.Cut("names", all, p, func(s string) string { return s }, func(a, b string) int {
				if a < b {
					return -1
				} else if a > b {
					return 1
				}
				return 0
			})
		}, func(s string) string { return s })
		if !slices.Equal(got, all) {
			t.Fatalf("%v, want %v", got, all)
		}
	})
}

func TestTasksAreFiltered(t *testing.T) {
	b := setup(t)
	b.Record()
	one := story.New(t, b.Broker, start).Create().Begin()
	two := story.New(t, b.Broker, start.Add(time.Hour)).Create(func(d *events.TaskCreated) {
		d.CreatedBy, d.Request.DBName, d.Request.BusinessContext = "bob", "hr", `100% of 员工_data \ Payroll`
	})
	b.Recorded()
	for name, c := range map[string]struct {
		filter read.TaskFilter
		want   []string
	}{
		"all":           {read.TaskFilter{}, []string{two.ID, one.ID}},
		"running":       {read.TaskFilter{Statuses: []projection.Status{projection.InProgress}}, []string{one.ID}},
		"two statuses":  {read.TaskFilter{Statuses: []projection.Status{projection.InProgress, projection.Pending}}, []string{two.ID, one.ID}},
		"by database":   {read.TaskFilter{DBName: "hr"}, []string{two.ID}},
		"by creator":    {read.TaskFilter{CreatedBy: "ann"}, []string{one.ID}},
		"from":          {read.TaskFilter{From: start.Add(time.Minute)}, []string{two.ID}},
		"to":            {read.TaskFilter{To: start.Add(time.Minute)}, []string{one.ID}},
		"text":          {read.TaskFilter{Q: "员工"}, []string{two.ID}},
		"any case":      {read.TaskFilter{Q: "payROLL"}, []string{two.ID}},
		"percent sign":  {read.TaskFilter{Q: "0%"}, []string{two.ID}},
		"no wildcard":   {read.TaskFilter{Q: "o%r"}, nil},
		"no wildcard _": {read.TaskFilter{Q: "order_"}, nil},
		"backslash":     {read.TaskFilter{Q: `\ p`}, []string{two.ID}},
		"quote":         {read.TaskFilter{Q: `'; DROP TABLE data_pipeline_tasks; --`}, nil},
	} {
		page, _, err := b.reader.Tasks(t.Context(), c.filter, read.Paging{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range page.Items {
			got = append(got, s.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestLogsAreFiltered(t *testing.T) {
	b := setup(t)
	b.Record()
	task := story.New(t, b.Broker, start).Create()
	task.Log(events.LevelDebug, "looking")
	task.Log(events.LevelInfo, "表 orders")
	task.Log(events.LevelWarning, "slow")
	task.Log(events.LevelCritical, "gone")
	b.Recorded()
	for name, c := range map[string]struct {
		filter read.LogFilter
		want   []string
	}{
		"all":       {read.LogFilter{}, []string{"looking", "表 orders", "slow", "gone"}},
		"debug":     {read.LogFilter{Level: events.LevelDebug}, []string{"looking", "表 orders", "slow", "gone"}},
		"warning":   {read.LogFilter{Level: events.LevelWarning}, []string{"slow", "gone"}},
		"critical":  {read.LogFilter{Level: events.LevelCritical}, []string{"gone"}},
		"step":      {read.LogFilter{Step: events.StepQA}, nil},
		"own step":  {read.LogFilter{Step: events.StepDDL, Q: "ORDERS"}, []string{"表 orders"}},
		"execution": {read.LogFilter{ExecutionID: "none"}, nil},
		"later":     {read.LogFilter{From: start.Add(time.Hour)}, nil},
		"earlier":   {read.LogFilter{To: start.Add(time.Hour), Q: "l"}, []string{"looking", "slow"}},
	} {
		page, _, err := b.reader.Logs(t.Context(), task.ID, c.filter, read.Paging{Limit: 10}, false)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range page.Items {
			got = append(got, l.Message)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestListsSayHowFarTheyAreBehind(t *testing.T) {
	b := setup(t)
	stop := b.Record()
	task := story.New(t, b.Broker, start).Create()
	b.Recorded()
	stop()
	w, err := b.hub.Follow(live0, allEvents)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	task.Begin().Step(events.StepDDL)
	for range 5 {
		if _, err := w.Next(t.Context()); err != nil { // so that the hub has seen all
			t.Fatal(err)
		}
	}
	page, lag, err := b.reader.Tasks(t.Context(), read.TaskFilter{}, read.Paging{Limit: 10})
	if err != nil || lag.Events != 4 || lag.Seconds <= 0 || lag.Seconds > 60 {
		t.Errorf("behind by %+v, %v", lag, err)
	}
	if len(page.Items) != 1 || page.Items[0].Status != projection.Pending {
		t.Errorf("the list is %+v", page.Items)
	}
	b.Record()
	b.Recorded()
	if _, lag, err := b.reader.Tasks(t.Context(), read.TaskFilter{}, read.Paging{Limit: 10}); err != nil || *lag != (read.Lag{}) {
		t.Errorf("behind by %+v, %v; want nothing", *lag, err)
	}
}

func TestListsNeedPostgres(t *testing.T) {
	b := setup(t)
	for name, r := range map[string]*read.Reader{
		"none":         read.New(nil, b.Broker, b.hub, testkit.Log(t)),
		"not migrated": read.New(pool(t, testkit.Postgres(t)), b.Broker, b.hub, testkit.Log(t)),
		"away":         read.New(pool(t, "postgres://nobody@127.0.0.1:1/nothing"), b.Broker, b.hub, testkit.Log(t)),
	} {
		_, _, tasks := r.Tasks(t.Context(), read.TaskFilter{}, read.Paging{Limit: 1})
		_, _, logs := r.Logs(t.Context(), "task_20250701_143052", read.LogFilter{}, read.Paging{Limit: 1}, false)
		_, _, stats := r.Stats(t.Context(), start, start.Add(time.Hour))
		for list, err := range map[string]error{"tasks": tasks, "logs": logs, "stats": stats} {
			if !apierr.Is(err, apierr.ReadStoreUnavailable) {
				t.Errorf("%s, %s: %v", name, list, err)
			}
		}
	}
}

func TestCursorsOfOthersAreRefused(t *testing.T) {
	b := setup(t)
	b.Record()
	task := story.New(t, b.Broker, start).Create()
	task.Log(events.LevelInfo, "one", "two")
	b.Recorded()
	logs, _, err := b.reader.Logs(t.Context(), task.ID, read.LogFilter{}, read.Paging{Limit: 1}, false)
	if err != nil || logs.Next == "" {
		t.Fatalf("%+v, %v", logs, err)
	}
	for _, cursor := range []string{logs.Next, "x", "e30", "bnVsbA", "!!", logs.Next[:10]} {
		_, _, err := b.reader.Tasks(t.Context(), read.TaskFilter{}, read.Paging{Limit: 1, Cursor: cursor})
		if !apierr.Is(err, apierr.ValidationFailed) {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}

func TestStatsCountAndMeasure(t *testing.T) {
	b := setup(t)
	b.Record()
	for i := range 3 {
		task := story.New(t, b.Broker, start.Add(time.Duration(i)*time.Minute)).Create().Begin().Step(events.StepDDL)
		if i < 2 {
			task.Step(events.StepQA).Step(events.StepValidation).Step(events.StepLoad).Complete()
			continue
		}
		x := task.StartStep(events.StepQA)
		failure := events.Failure{ErrorType: "db_unreachable", ErrorClass: events.ClassDatabase, Message: "gone", Step: events.StepQA}
		task.Publish(&events.StepFailed{Execution: x, CompletedAt: x.StartedAt.Add(time.Second), DurationSeconds: 1, Failure: failure})
		task.Publish(&events.TaskFailed{Closing: task.Closing(), Failure: failure})
	}
	story.New(t, b.Broker, start.Add(24*time.Hour)).Create() // outside
	b.Recorded()
	s, lag, err := b.reader.Stats(t.Context(), start.Add(-time.Hour), start.Add(time.Hour))
	if err != nil || lag.Events != 0 {
		t.Fatal(lag, err)
	}
	if s.Tasks[projection.Completed] != 2 || s.Tasks[projection.Failed] != 1 || s.Tasks[projection.Pending] != 0 {
		t.Errorf("tasks %v", s.Tasks)
	}
	if d := s.Steps[events.StepDDL]; d.Completed != 3 || d.Executions != 3 || *d.Avg != 4 || *d.P50 != 4 || *d.P95 != 4 {
		t.Errorf("ddl %+v", d)
	}
	if d := s.Steps[events.StepQA]; d.Completed != 2 || d.Failed != 1 || d.Executions != 3 || *d.Avg != 4 {
		t.Errorf("qa %+v", d)
	}
	if d := s.Requests; d.Completed != 2 || d.Failed != 1 || *d.P95 <= 0 {
		t.Errorf("requests %+v", d)
	}
	if d, ok := s.Steps[events.StepLoad]; !ok || d.Failed != 0 || d.Completed != 2 {
		t.Errorf("load %+v", d)
	}
}
