package workflow_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// witness is a step that leaves a catalogue of two tables, public.t and hr.pay,
// and keeps what its runs were given.
type witness struct {
	mu   sync.Mutex
	seen []seen
}

type seen struct {
	task   string
	base   string // its task, "" for none
	reuse  bool
	pairs  []string // id and decision
	tables []string // of the pairs
}

func (w *witness) step(name events.Step) step {
	return step{name, func(_ context.Context, r *steps.Run) (steps.Result, error) {
		s := seen{task: r.TaskID}
		if r.Base != nil {
			s.base, s.reuse = r.Base.TaskID, r.Base.Reusable
			if _, err := fs.ReadFile(r.Base.Files, "content.txt"); err != nil {
				return steps.Result{}, err
			}
		}
		for _, p := range r.Pairs {
			s.pairs, s.tables = append(s.pairs, p.ID+" "+p.Decision), append(s.tables, p.Tables...)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen = append(w.seen, s)
		if name != events.StepDDL {
			return steps.Result{Data: struct{}{}}, nil
		}
		schema := &catalog.Schema{Tables: []*catalog.Table{
			{Schema: "hr", Name: "pay", Kind: catalog.OrdinaryTable}, {Schema: "public", Name: "t", Kind: catalog.OrdinaryTable},
		}}
		if err := r.Out.WriteFile(snapshot.FileName, snapshot.Of(schema).Encode()); err != nil {
			return steps.Result{}, err
		}
		return steps.Result{Data: struct{}{}}, r.Out.WriteFile("content.txt", []byte("content"))
	}}
}

// last is what the newest run was given.
func (w *witness) last(t *testing.T) seen {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.seen) == 0 {
		t.Fatal("no step ran")
	}
	return w.seen[len(w.seen)-1]
}

// all is the steps of a whole task, all of them witnessed.
func (w *witness) all() setting {
	var list []steps.Step
	for _, name := range events.Steps() {
		list = append(list, w.step(name))
	}
	return with(list...)
}

// whole runs a task to its end.
func (d *deployment) whole(change ...func(*events.Request)) string {
	d.Helper()
	id := d.create(change...)
	if task := d.closed(id); task.Status != projection.Completed {
		d.Fatalf("%s is %s: %+v", id, task.Status, task.Failure)
	}
	return id
}

// again runs steps of a task anew and waits until the request is closed.
func (d *deployment) again(id string, change func(*events.Request), list ...events.Step) {
	d.Helper()
	r := request()
	r.OutputPrefix, r.Force, r.Steps = id, true, list
	if change != nil {
		change(&r)
	}
	before := d.task(id).RequestSeq
	d.say(&events.TaskExecutionRequested{TaskID: id, Request: r})
	var task projection.Task
	d.until(id, func(e events.Event) bool {
		task = projection.Apply(task, e)
		return task.RequestClosed && task.RequestSeq > before
	})
}

func TestATaskBuildsUponTheNewestEarlierOneOfItsDatabase(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	first := d.whole()
	if got := w.last(t); got.base != "" {
		t.Errorf("the first task builds upon %q", got.base)
	}
	second := d.whole()
	if got := w.last(t); got.base != first || !got.reuse {
		t.Errorf("the second task: %+v", got)
	}
	third := d.whole()
	if got := w.last(t); got.base != second || !got.reuse {
		t.Errorf("the third task: %+v", got)
	}
	if !contains(d.logged(third), "Task "+second+" is built upon") {
		t.Errorf("log: %q", d.logged(third))
	}
	for _, object := range d.objects(third + "/") {
		if strings.Contains(object, "history") {
			t.Errorf("the task's folder holds %s", object)
		}
	}
}

func (d *deployment) objects(prefix string) (keys []string) {
	d.Helper()
	list, err := bucket.List(d.Context(), d.bucket, prefix)
	if err != nil {
		d.Fatal(err)
	}
	for _, o := range list {
		keys = append(keys, o.Key)
	}
	return keys
}

// TestRepeatingATaskChangesNothingThatItBuildsUpon: neither its own first run
// nor a task that came later counts.
func TestRepeatingATaskChangesNothingThatItBuildsUpon(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	first, second := d.whole(), d.whole()
	d.whole()
	d.again(first, nil, events.Steps()...)
	if got := w.last(t); got.task != first || got.base != "" {
		t.Errorf("the first task again: %+v", got)
	}
	d.again(second, nil, events.Steps()...)
	if got := w.last(t); got.task != second || got.base != first {
		t.Errorf("the second task again: %+v", got)
	}
}

func TestOtherSettingsAreComparedWithAndNotTakenOver(t *testing.T) {
	for name, change := range map[string]func(*events.Request){
		"another language":   func(r *events.Request) { r.Language = events.Chinese },
		"another role":       func(r *events.Request) { r.Connection.Name = "narrow" },
		"another context":    func(r *events.Request) { r.BusinessContext = "hotels" },
		"everything is anew": func(r *events.Request) { r.Options.FullRefresh = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, w := deploy(t, 1), &witness{}
			d.start(1, w.all())
			first := d.whole()
			d.whole(change)
			if got := w.last(t); got.base != first || got.reuse {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestSettingsAreThoseOfTheStepsThatCount: of the requests that made the
// documents and the pairs, whatever ran later or apart.
func TestSettingsAreThoseOfTheStepsThatCount(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	inChinese := func(r *events.Request) { r.Language = events.Chinese }
	first := d.whole()
	d.again(first, inChinese, events.StepValidation)
	second := d.whole()
	if got := w.last(t); got.base != first || !got.reuse {
		t.Errorf("after another validation: %+v", got)
	}
	d.again(second, inChinese, events.StepQA, events.StepValidation, events.StepLoad)
	d.whole()
	if got := w.last(t); got.base != second || got.reuse {
		t.Errorf("after other questions: %+v", got)
	}
	apart := d.create(single)
	d.closed(apart)
	d.again(apart, nil, events.Steps()[1:]...)
	d.whole()
	if got := w.last(t); got.base != apart || !got.reuse {
		t.Errorf("after steps one by one: %+v", got)
	}
}

func TestWhatWasNotCompletedIsNotBuiltUpon(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	d.closed(d.create(single))
	d.whole()
	if got := w.last(t); got.base != "" {
		t.Errorf("%+v", got)
	}
}

func TestADamagedTaskIsPassedOver(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	first, second := d.whole(), d.whole()
	if err := bucket.Put(t.Context(), d.bucket, second+"/"+snapshot.FileName, strings.NewReader("{}")); err != nil {
		t.Fatal(err)
	}
	third := d.whole()
	if got := w.last(t); got.base != first || !contains(d.logged(third), "files of the earlier task "+second+" are missing or were changed") {
		t.Errorf("%+v, log %q", got, d.logged(third))
	}
	if err := bucket.RemoveAll(t.Context(), d.bucket, first+"/"); err != nil {
		t.Fatal(err)
	}
	if err := bucket.RemoveAll(t.Context(), d.bucket, third+"/"); err != nil {
		t.Fatal(err)
	}
	fourth := d.whole()
	if got := w.last(t); got.base != "" || !contains(d.logged(fourth), "There is no earlier task on this database to build upon") {
		t.Errorf("%+v, log %q", got, d.logged(fourth))
	}
}

// TestADeletedTaskIsForgotten although its files are still there.
func TestADeletedTaskIsForgotten(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	first := d.whole()
	d.review(first, id1, events.DecisionApproved)
	d.say(&events.TaskDeleted{TaskID: first, Actor: "test", OutputPrefix: first})
	d.whole()
	if got := w.last(t); got.base != "" || len(got.pairs) != 0 {
		t.Errorf("%+v", got)
	}
	if kept := d.objects(".history/"); len(kept) != 1 || strings.Contains(kept[0], first) {
		t.Errorf("remembered: %q", kept)
	}
}

func TestNoHistoryIsKeptInAFolderOfOneTask(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	for range 2 {
		d.whole(func(r *events.Request) { r.OutputPrefix = "" })
	}
	if got := w.last(t); got.base != "" {
		t.Errorf("%+v", got)
	}
	if kept := d.objects(".history/"); len(kept) != 0 {
		t.Errorf("remembered: %q", kept)
	}
}

func TestTwoExecutorsShareTheHistory(t *testing.T) {
	d, w := deploy(t, 2), &witness{}
	d.start(1, w.all())
	d.start(1, w.all())
	ids := []string{d.create(), d.create(), d.create(), d.create()}
	for _, id := range ids {
		d.closed(id)
	}
	if kept := d.objects(".history/"); len(kept) != len(ids) {
		t.Errorf("remembered: %q", kept)
	}
	d.whole()
	if got := w.last(t); !slices.Contains(ids, got.base) {
		t.Errorf("%+v", got)
	}
}

const (
	id1 = "p_0000000000000001"
	id2 = "p_0000000000000002"
	id3 = "p_0000000000000003"
)

// review is a person's decision about a pair that was generated.
func (d *deployment) review(task, pair, decision string) {
	d.Helper()
	d.people(&events.PairReviewed{PairChange: saying(task, pair, events.SourceRules, "public.t"), Decision: decision})
}

func (d *deployment) people(data events.Data) {
	d.Helper()
	if _, err := d.control.Publish(d.Context(), events.New("gateway", data)); err != nil {
		d.Fatal(err)
	}
}

func saying(task, pair, source string, tables ...string) events.PairChange {
	return events.PairChange{
		TaskID: task, PairID: pair, Question: "how many?", SQL: "SELECT 1;", Tables: tables,
		Source: source, Actor: "ann", At: time.Now(),
	}
}

func (s seen) demand(t *testing.T, pairs ...string) {
	t.Helper()
	if !slices.Equal(s.pairs, pairs) {
		t.Errorf("%s was given %q, want %q", s.task, s.pairs, pairs)
	}
}

func TestWhatPeopleSaidIsThereAtEachExecution(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	id := d.whole()
	w.last(t).demand(t)
	d.review(id, id1, events.DecisionRejected)
	d.again(id, nil, events.StepValidation)
	w.last(t).demand(t, id1+" rejected")
	d.review(id, id1, "") // withdrawn
	d.people(&events.PairAdded{PairChange: saying(id, id2, events.SourcePerson)})
	d.again(id, nil, events.StepValidation)
	w.last(t).demand(t, id2+" ")
}

// TestDecisionsSurvive from task to task, those that people made after the
// task was done included, and in each of them people may decide otherwise.
func TestDecisionsSurvive(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	first := d.whole()
	d.review(first, id1, events.DecisionRejected)
	d.review(first, id2, events.DecisionApproved)
	second := d.whole(func(r *events.Request) { r.Options.FullRefresh = true })
	w.last(t).demand(t, id1+" rejected", id2+" approved")
	d.review(second, id2, "")
	d.people(&events.PairAdded{PairChange: saying(second, id3, events.SourcePerson, "public.t")})
	d.whole()
	w.last(t).demand(t, id1+" rejected", id3+" ")
	d.whole()
	w.last(t).demand(t, id1+" rejected", id3+" ")
}

// TestDecisionsSurviveDamage: they are in no file of the task.
func TestDecisionsSurviveDamage(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	first := d.whole()
	d.review(first, id1, events.DecisionRejected)
	if err := bucket.RemoveAll(t.Context(), d.bucket, first+"/"); err != nil {
		t.Fatal(err)
	}
	d.whole()
	w.last(t).demand(t, id1+" rejected")
}

// TestDecisionsAreThoseOfTheNewestTask: where it has none, none come back from
// tasks before it, whatever became of its files.
func TestDecisionsAreThoseOfTheNewestTask(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	first := d.whole()
	d.review(first, id1, events.DecisionRejected)
	second := d.whole()
	w.last(t).demand(t, id1+" rejected")
	d.review(second, id1, "")
	if err := bucket.RemoveAll(t.Context(), d.bucket, second+"/"); err != nil {
		t.Fatal(err)
	}
	d.whole()
	if got := w.last(t); got.base != first {
		t.Errorf("%+v", got)
	}
	w.last(t).demand(t)
}

// written is a pair that somebody wrote, with the tables it was said to read.
func written(task, pair, sql string, tables ...string) *events.PairAdded {
	said := saying(task, pair, events.SourcePerson, tables...)
	said.SQL = sql
	return &events.PairAdded{PairChange: said}
}

// TestPairsOnOtherTablesStayBehind, and come back with their tables. Each request
// warns of them once.
func TestPairsOnOtherTablesStayBehind(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	first := d.whole()
	d.people(written(first, id1, "SELECT 1 FROM gone, hr.t", "hr.t", "public.gone"))
	d.people(written(first, id2, "SELECT 1 FROM t", "public.t"))
	second := d.whole()
	w.last(t).demand(t, id2+" ")
	w.seen[len(w.seen)-4].demand(t, id1+" ", id2+" ") // before the catalogue is known
	const warning = "The pair “how many?”, which people wrote or approved in an earlier task, is left out: this task does not have hr.t, public.gone."
	d.demandWarnings(second, warning, 1)
	d.again(second, nil, events.StepValidation, events.StepLoad)
	d.demandWarnings(second, warning, 2)
}

// demandWarnings looks at how often a task's log says something, and at whether
// it is counted.
func (d *deployment) demandWarnings(id, line string, times int) {
	d.Helper()
	said := 0
	for _, l := range d.logged(id) {
		if l == line {
			said++
		}
	}
	if task := d.task(id); said != times || task.Warnings() != times {
		d.Errorf("said %d times, counted %d, want %d: %q", said, task.Warnings(), times, d.logged(id))
	}
}

// TestPairsAreOnTheTablesOfTheCatalogue, whatever was guessed when somebody
// wrote them.
func TestPairsAreOnTheTablesOfTheCatalogue(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	first := d.whole()
	d.people(written(first, id1, "SELECT 1 FROM pay", "public.pay"))
	d.again(first, nil, events.StepValidation)
	w.last(t).demandTables(t, "hr.pay")
	d.whole()
	w.last(t).demand(t, id1+" ")
	w.last(t).demandTables(t, "hr.pay")
}

// TestPairsOnPartitionsAreOnTheirTables, which the executor said that looked at
// them; the catalogue of a task does not name partitions.
func TestPairsOnPartitionsAreOnTheirTables(t *testing.T) {
	d, w := deploy(t, 1), &witness{}
	d.start(1, w.all())
	first := d.whole()
	there, gone := written(first, id1, "SELECT 1 FROM t_2025", "public.t"), written(first, id2, "SELECT 1 FROM gone_2025", "public.gone")
	there.Difficulty, gone.Difficulty = events.DifficultyEasy, events.DifficultyEasy
	d.people(there)
	d.people(gone)
	second := d.whole()
	w.last(t).demand(t, id1+" ")
	w.last(t).demandTables(t, "public.t")
	d.demandWarnings(second, "The pair “how many?”, which people wrote or approved in an earlier task, is left out: this task does not have public.gone.", 1)
}

func (s seen) demandTables(t *testing.T, tables ...string) {
	t.Helper()
	if !slices.Equal(s.tables, tables) {
		t.Errorf("%s was given pairs on %q, want %q", s.task, s.tables, tables)
	}
}
