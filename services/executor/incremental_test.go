package executor_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

// trade has two clusters of tables that nothing links.
const trade = `
CREATE TABLE customer (id int PRIMARY KEY, customer_name text NOT NULL, city text NOT NULL);
CREATE TABLE purchase (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, amount numeric(10,2) NOT NULL, bought_on date NOT NULL);
CREATE TABLE department (id int PRIMARY KEY, department_name text NOT NULL);
CREATE TABLE contract (id int PRIMARY KEY, department_id int NOT NULL REFERENCES department, salary numeric(10,2) NOT NULL, signed_on date NOT NULL);
INSERT INTO customer SELECT i, 'customer ' || i, (ARRAY['Oslo','Rome'])[1 + i % 2] FROM generate_series(1, 20) i;
INSERT INTO purchase SELECT i, 1 + i % 20, i * 1.5, date '2024-01-01' + i FROM generate_series(1, 60) i;
INSERT INTO department VALUES (1, 'Sales'), (2, 'Research');
INSERT INTO contract SELECT i, 1 + i % 2, 1000 + i, date '2023-01-01' + i FROM generate_series(1, 30) i;`

// newTrade is a site over that database.
func newTrade(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	s.business = testkit.Postgres(t)
	s.exec(s.business, trade)
	return s
}

// task runs a task of all steps to its end, and returns its folder.
func (s *site) task(id string, change ...func(*events.Request)) *folder {
	s.Helper()
	r := s.request(events.RunnerPool)
	r.OutputPrefix, r.OutputDirectory, r.Options.Themes = id, id, 2
	for _, c := range change {
		c(&r)
	}
	created := &events.TaskCreated{TaskID: id, TaskType: events.TaskTypeComplete, CreatedAt: time.Now(), CreatedBy: "test", Parameters: json.RawMessage(`{}`), Request: r}
	if _, err := s.control.PublishTask(s.Context(), events.New("gateway", created), 0); err != nil {
		s.Fatal(err)
	}
	return s.folder(id, 0)
}

// repeat runs all steps of a task again.
func (s *site) repeat(id string) *folder {
	s.Helper()
	last, err := s.control.LastTaskSeq(s.Context(), id)
	if err != nil {
		s.Fatal(err)
	}
	r := s.request(events.RunnerPool)
	r.OutputPrefix, r.Force, r.CleanExistingFiles, r.Options.Themes = id, true, true, 2
	if _, err := s.control.PublishTask(s.Context(), events.New("gateway", &events.TaskExecutionRequested{TaskID: id, Request: r}), last); err != nil {
		s.Fatal(err)
	}
	return s.folder(id, last)
}

// folder is what a task left.
type folder struct {
	*testing.T
	files map[string]string // the stamps in their names made one
}

// folder waits until the request behind a sequence is completed.
func (s *site) folder(id string, after uint64) *folder {
	s.Helper()
	var task projection.Task
	done := errors.New("done")
	err := s.control.Follow(s.Context(), broker.Following{Stream: events.StreamPipeline, Subjects: events.TaskSubjects(id)}, func(e events.Event) error {
		if task = projection.Apply(task, e); task.RequestClosed && task.RequestSeq > after {
			return done
		}
		return nil
	})
	if !errors.Is(err, done) || task.Status != projection.Completed {
		s.Fatalf("%s is %s, %+v, %v", id, task.Status, task.Failure, err)
	}
	f := &folder{s.T, map[string]string{}}
	for name := range task.Files("") {
		data, err := os.ReadFile(filepath.Join(s.cfg.Bucket.URL, id, name))
		if err != nil {
			s.Fatal(err)
		}
		f.files[stamp.ReplaceAllString(name, "<ts>")] = string(data)
	}
	return f
}

var (
	stamp = regexp.MustCompile(`\d{8}_\d{6}`)
	// told are files that tell of the run: its times, and what it took over.
	told = []string{"schema_changes.json", "_result.json", "_report.json", "_summary.log", "quality_report.md", "file_modifications_<ts>.log"}
	mark = regexp.MustCompile(`,?\n *"reused": true`)
)

// same demands the same bytes in every file but those that tell of the run; the
// mark of what was taken over aside.
func (f *folder) same(other *folder) {
	f.Helper()
	apart := func(name string) bool {
		return slices.ContainsFunc(told, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
	}
	compared := 0
	for name, text := range f.files {
		got, there := other.files[name]
		switch {
		case !there:
			f.Errorf("the other task has no %s", name)
		case !apart(name):
			compared++
			if mark.ReplaceAllString(got, "") != mark.ReplaceAllString(text, "") {
				f.Errorf("%s differs:\n%s\nthen:\n%s", name, text, got)
			}
		}
	}
	if len(other.files) != len(f.files) || compared < 12 {
		f.Errorf("%d files, then %d; %d compared", len(f.files), len(other.files), compared)
	}
}

// number is a number of a step's result.
func (f *folder) number(step events.Step, key string) float64 {
	f.Helper()
	var result map[string]any
	if err := json.Unmarshal([]byte(f.files[string(step)+"_result.json"]), &result); err != nil {
		f.Fatal(err)
	}
	n, ok := result[key].(float64)
	if !ok {
		f.Errorf("%s of %s is %v", key, step, result[key])
	}
	return n
}

const (
	taskA = "task_20250701_000001"
	taskB = "task_20250701_000002"
	taskC = "task_20250701_000003"
)

func TestTheSameTaskTwiceLeavesTheSameFiles(t *testing.T) {
	s := newTrade(t)
	s.start()
	first := s.task(taskA)
	s.task(taskB)
	again := s.repeat(taskA)
	first.same(again)
	if first.files["schema_changes.json"] != again.files["schema_changes.json"] {
		t.Error("it compares with another task")
	}
}

func TestAnUnchangedDatabaseIsNotReadAgain(t *testing.T) {
	s := newTrade(t)
	s.start()
	first := s.task(taskA)
	rows := s.documents()
	s.exec(s.business, "UPDATE customer SET city = translate(city, 'OR', 'XY')") // would show, were it read
	second := s.task(taskB)
	first.same(second)
	if n := second.number(events.StepDDL, "reused_tables"); n != 4 {
		t.Errorf("%v tables reused", n)
	}
	if n := second.number(events.StepQA, "reused_themes"); n != 2 {
		t.Errorf("%v themes reused", n)
	}
	if now := s.documents(); now != rows {
		t.Errorf("%d rows in the vector store, then %d", rows, now)
	}
	first.same(s.repeat(taskB))
}

func TestOnlyWhatChangedIsDoneAgain(t *testing.T) {
	s := newTrade(t)
	s.start()
	s.task(taskA)
	s.exec(s.business, `
		UPDATE customer SET city = 'Bern';
		UPDATE department SET department_name = 'Finance ' || id;
		ALTER TABLE purchase ADD discount numeric(4,2), ALTER amount TYPE numeric(12,2);
		COMMENT ON TABLE purchase IS 'what was sold';
		CREATE TABLE weather (id int PRIMARY KEY, degrees numeric(4,1), measured_on date);
		INSERT INTO weather SELECT i, i, date '2024-01-01' + i FROM generate_series(1, 20) i;`)
	second := s.task(taskB)
	testkit.Golden(t, "testdata/schema_changes.golden.json", []byte(second.files["schema_changes.json"]))
	if reused, changed := second.number(events.StepDDL, "reused_tables"), second.number(events.StepDDL, "changed_tables"); reused != 3 || changed != 2 {
		t.Errorf("%v tables reused, %v changed", reused, changed)
	}
	if n := second.number(events.StepQA, "reused_themes"); n != 1 {
		t.Errorf("%v themes reused", n)
	}
	for name, want := range map[string]string{
		"customer_detail.md": "Oslo", "department_detail.md": "Sales", // as they were
		"purchase.ddl": "numeric(12,2)", "weather_detail.md": "degrees", "pair_verdicts.json": "weather",
	} {
		if !strings.Contains(second.files[name], want) {
			t.Errorf("%s lacks %q:\n%s", name, want, second.files[name])
		}
	}
	full := s.task(taskC, func(r *events.Request) { r.Options.FullRefresh = true })
	if n := full.number(events.StepDDL, "reused_tables") + full.number(events.StepQA, "reused_themes"); n != 0 {
		t.Errorf("%v taken over", n)
	}
	if text := full.files["department_detail.md"]; !strings.Contains(text, "Finance") {
		t.Errorf("a full refresh does not read the rows:\n%s", text)
	}
	if text := full.files["schema_changes.json"]; !strings.Contains(text, taskB) || !strings.Contains(text, `"unchanged": 5`) {
		t.Errorf("a full refresh compares nothing:\n%s", text)
	}
}

// TestWhatPeopleDecidedSurvives the next task on the database, taken over or
// asked anew.
func TestWhatPeopleDecidedSurvives(t *testing.T) {
	s := newTrade(t)
	s.start()
	var made []events.Pair
	if err := json.Unmarshal([]byte(s.task(taskA).files["pair_index.json"]), &made); err != nil {
		t.Fatal(err)
	}
	say := func(data events.Data) {
		if _, err := s.control.Publish(t.Context(), events.New("gateway", data)); err != nil {
			t.Fatal(err)
		}
	}
	change := func(p events.Pair, source string) events.PairChange {
		return events.PairChange{TaskID: taskA, PairID: p.ID, Question: p.Question, SQL: p.SQL, Tables: p.Tables, Source: source, Actor: "ann", At: time.Now()}
	}
	rejected := made[0]
	say(&events.PairReviewed{PairChange: change(rejected, rejected.Source), Decision: events.DecisionRejected})
	added := events.Pair{ID: "p_00000000000000aa", Question: "How many cities do customers live in?", SQL: "SELECT count(DISTINCT city) FROM customer;", Tables: []string{"public.customer"}}
	say(&events.PairAdded{PairChange: change(added, events.SourcePerson)})
	for _, id := range []string{taskB, taskC} {
		next := s.task(id, func(r *events.Request) { r.Options.FullRefresh = id == taskC })
		pairFile := next.files["qs_roads_<ts>_pair.json"]
		if strings.Contains(pairFile, jsonText(rejected.Question)) {
			t.Errorf("%s: what was rejected is back", id)
		}
		if !strings.Contains(pairFile, added.Question) {
			t.Errorf("%s: what a person added is gone", id)
		}
		if verdicts := next.files["pair_verdicts.json"]; !strings.Contains(verdicts, rejected.ID) || !strings.Contains(verdicts, `"decided_by": "ann"`) {
			t.Errorf("%s: the decision is gone:\n%s", id, verdicts)
		}
	}
}

// jsonText is a text as it stands in a JSON file.
func jsonText(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// TestAModelIsAskedAboutWhatIsNewOnly, without a cache of its answers: comments
// of tables that did not change are taken over, and questions are asked again
// where rules had to stand in for the model.
func TestAModelIsAskedAboutWhatIsNewOnly(t *testing.T) {
	s := newSite(t)
	server := s.withModels()
	server.Answer(comments)
	s.cfg.ModelCacheURL = "off"
	s.exec(s.business, `COMMENT ON COLUMN company.name IS 'name'; COMMENT ON COLUMN area.company_id IS 'company';
		COMMENT ON COLUMN area.name IS 'name'; COMMENT ON COLUMN area.opened IS 'since';`)
	s.start()
	asked := func(f *folder, step events.Step) int {
		var result struct {
			Usage struct{ Requests, Failed int } `json:"model_usage"`
		}
		if err := json.Unmarshal([]byte(f.files[string(step)+"_result.json"]), &result); err != nil {
			t.Fatal(err)
		}
		return result.Usage.Requests + result.Usage.Failed
	}
	first, second := s.task(taskA), s.task(taskB)
	first.same(second)
	if a, b := asked(first, events.StepDDL), asked(second, events.StepDDL); a == 0 || b != 0 {
		t.Errorf("comments: asked %d times, then %d times", a, b)
	}
	if a, b := asked(first, events.StepQA), asked(second, events.StepQA); a == 0 || b != a {
		t.Errorf("questions: asked %d times, then %d times", a, b)
	}
	s.exec(s.business, "ALTER TABLE company ADD founded date; COMMENT ON COLUMN company.founded IS 'since'")
	third := s.task(taskC)
	if n := third.number(events.StepDDL, "reused_tables"); n != 1 || asked(third, events.StepDDL) != 1 {
		t.Errorf("%v tables reused, asked %d times", n, asked(third, events.StepDDL))
	}
}
