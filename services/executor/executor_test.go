package executor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const taskID = "task_20250701_143052"

// site is a broker, a business database, a vector store, a bucket and the
// configuration of an executor between them.
type site struct {
	*testing.T
	control  *broker.Broker
	business string // connection string
	vectors  string
	sealer   *seal.Sealer
	cfg      executor.Config
}

func newSite(t *testing.T) *site {
	t.Helper()
	identity, recipient, err := seal.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.NewSealer(recipient)
	if err != nil {
		t.Fatal(err)
	}
	server := testkit.NATS(t)
	s := &site{T: t, control: server.Broker(), business: testkit.Postgres(t), vectors: testkit.Postgres(t), sealer: sealer}
	s.exec(s.business, `
		CREATE TABLE company (id int PRIMARY KEY, name text NOT NULL);
		COMMENT ON TABLE company IS '公司';
		CREATE TABLE area (id int PRIMARY KEY, company_id int NOT NULL REFERENCES company, name text NOT NULL, opened date);
		COMMENT ON TABLE area IS '服务区';
		INSERT INTO company VALUES (1, 'East'), (2, 'West');
		INSERT INTO area VALUES (1, 1, 'North', '2024-01-01'), (2, 2, 'South', '2024-02-01');`)
	s.cfg = executor.Config{
		TaskTimeout: time.Minute, ScratchDir: t.TempDir(),
		VectorDatabaseURL: s.vectors, SealIdentities: []string{identity},
		Connections: map[string]string{"shop": s.business},
	}
	s.cfg.URL, s.cfg.Replicas = server.URL(), 1
	s.cfg.Bucket.URL = t.TempDir()
	return s
}

func (s *site) exec(dsn, sql string) {
	s.Helper()
	conn, err := pgx.Connect(s.Context(), dsn)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = conn.Close(s.Context()) }()
	if _, err := conn.Exec(s.Context(), sql); err != nil {
		s.Fatal(err)
	}
}

func (s *site) service() *executor.Service {
	s.Helper()
	service, err := executor.New(s.cfg, kit.Runtime{Log: testkit.Log(s.T), Metrics: prometheus.NewRegistry()})
	if err != nil {
		s.Fatal(err)
	}
	return service
}

// start runs an executor until the test ends or stop is called.
func (s *site) start() (stop func()) {
	s.Helper()
	service := s.service()
	ctx, cancel := context.WithCancel(s.Context())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	stopped := false
	stop = func() {
		if cancel(); !stopped {
			stopped = true
			if err := <-ended; err != nil {
				s.Error(err)
			}
		}
	}
	s.Cleanup(stop)
	return stop
}

func (s *site) request(runner string) events.Request {
	s.Helper()
	sealed, err := s.sealer.Seal([]byte(s.business))
	if err != nil {
		s.Fatal(err)
	}
	return events.Request{
		ExecutionMode: events.ModeComplete, Steps: events.Steps(), Connection: events.Connection{Sealed: sealed, Masked: "***"},
		Tables: []string{"public.*"}, BusinessContext: "highway service areas", DBName: "roads", Language: events.English,
		Options: events.DefaultOptions(), OutputDirectory: taskID, OutputPrefix: taskID, Runner: runner, Actor: "test",
	}
}

func (s *site) create(r events.Request) {
	s.Helper()
	created := &events.TaskCreated{
		TaskID: taskID, TaskType: events.TaskTypeComplete, CreatedAt: time.Now(), CreatedBy: "test",
		Parameters: json.RawMessage(`{"db_connection":"***"}`), Request: r,
	}
	if _, err := s.control.PublishTask(s.Context(), events.New("gateway", created), 0); err != nil {
		s.Fatal(err)
	}
}

// closed waits until the request is closed and returns the task.
func (s *site) closed() (task projection.Task) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	done := errors.New("done")
	err := s.control.Follow(ctx, broker.Following{Stream: events.StreamPipeline, Subjects: events.TaskSubjects(taskID)}, func(e events.Event) error {
		if task = projection.Apply(task, e); task.RequestClosed {
			return done
		}
		return nil
	})
	if !errors.Is(err, done) {
		s.Fatal(err)
	}
	return task
}

// TestACompleteTask goes through all four steps on real servers.
func TestACompleteTask(t *testing.T) {
	s := newSite(t)
	stop := s.start()
	s.create(s.request(events.RunnerPool))
	task := s.closed()
	if task.Status != projection.Completed {
		t.Fatalf("%s: %+v", task.Status, task.Failure)
	}
	for _, pattern := range []string{"area.ddl", "company_detail.md", "filename_mapping.txt", "qs_*_pair.json",
		"sql_validation_*_report.json", "task_config.json", "task_result.json", "training_load_result.json"} {
		found, err := filepath.Glob(filepath.Join(s.cfg.Bucket.URL, taskID, pattern))
		if err != nil || len(found) == 0 {
			t.Errorf("no file %s, %v", pattern, err)
		}
	}
	stop()
	s.noSecrets()
	if left, err := os.ReadDir(s.cfg.ScratchDir); err != nil || len(left) > 0 {
		t.Errorf("scratch is left: %v, %v", left, err)
	}
}

// noSecrets reads every file and every message for the password.
func (s *site) noSecrets() {
	s.Helper()
	u, err := url.Parse(s.business)
	if err != nil {
		s.Fatal(err)
	}
	password, ok := u.User.Password()
	if !ok || len(password) < 8 {
		s.Fatalf("the test database needs a password that can be searched for")
	}
	s.hasNot(password)
}

func TestATaskOfItsOwnNeedsNoPool(t *testing.T) {
	s := newSite(t)
	s.create(s.request(events.RunnerSelf))
	if err := s.service().RunTask(t.Context(), taskID); err != nil {
		t.Fatal(err)
	}
	if task := s.closed(); task.Status != projection.Completed {
		t.Errorf("%s: %+v", task.Status, task.Failure)
	}
}

func TestDeletedTrainingDataGoes(t *testing.T) {
	s := newSite(t)
	s.start()
	s.create(s.request(events.RunnerPool))
	if task := s.closed(); task.Status != projection.Completed {
		t.Fatalf("%s: %+v", task.Status, task.Failure)
	}
	if s.documents() == 0 {
		t.Fatal("nothing was loaded")
	}
	last, err := s.control.LastTaskSeq(t.Context(), taskID)
	if err != nil {
		t.Fatal(err)
	}
	deleted := &events.TaskDeleted{TaskID: taskID, Actor: "test", OutputPrefix: taskID, TrainingData: true}
	if _, err := s.control.PublishTask(t.Context(), events.New("gateway", deleted), last); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, t.Context(), func() bool { return s.documents() == 0 })
	if left, err := filepath.Glob(filepath.Join(s.cfg.Bucket.URL, ".history", "*", "*")); err != nil || len(left) > 0 {
		t.Errorf("still remembered: %q, %v", left, err)
	}
}

func (s *site) documents() (n int) {
	s.Helper()
	conn, err := pgx.Connect(s.Context(), s.vectors)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = conn.Close(s.Context()) }()
	if err := conn.QueryRow(s.Context(), "SELECT count(*) FROM langchain_pg_embedding").Scan(&n); err != nil {
		s.Fatal(err)
	}
	return n
}

func TestQuestionsAboutDatabases(t *testing.T) {
	s := newSite(t)
	s.start()
	var list events.ConnectionList
	s.ask(events.SubjectConnections, nil, &list)
	if len(list.Connections) != 1 || list.Connections[0].Name != "shop" || !strings.Contains(list.Connections[0].Masked, "***") {
		t.Errorf("connections: %+v", list)
	}
	var test events.ConnectionTest
	s.ask(events.SubjectTest, events.Question{Connection: s.request(events.RunnerPool).Connection, Language: events.English}, &test)
	if !test.OK || test.Tables != 2 || test.ReadableTables != 2 || test.Failure != nil {
		t.Errorf("test: %+v", test)
	}
	var page events.TablePage
	s.ask(events.SubjectTables, events.Question{Connection: events.Connection{Name: "shop"}, Language: events.English, Search: "comp"}, &page)
	if len(page.Tables) != 1 || page.Tables[0].Name != "company" {
		t.Errorf("tables: %+v", page)
	}
}

func TestQuestionsAboutPairs(t *testing.T) {
	s := newSite(t)
	s.start()
	shop := events.Connection{Name: "shop"}
	ask := func(q events.PairQuestion) (a events.PairAnswer) {
		q.Language, q.Question = events.English, "How many companies?"
		s.ask(events.SubjectCheckSQL, q, &a)
		return a
	}
	good := ask(events.PairQuestion{Connection: shop, SQL: "SELECT count(*) FROM company"})
	if good.Failure != nil || good.Check == nil || good.Check.Verdict != events.VerdictValid || !slices.Equal(good.Tables, []string{"public.company"}) || !events.ValidPairID(good.PairID) {
		t.Errorf("%+v, %+v", good, good.Check)
	}
	if same := ask(events.PairQuestion{Connection: shop, SQL: "select COUNT(*)\n  from company; "}); same.PairID != good.PairID {
		t.Errorf("the same pair in other letters is %s and %s", good.PairID, same.PairID)
	}
	bad := ask(events.PairQuestion{Connection: shop, SQL: "SELECT nothing FROM company"})
	if bad.Failure != nil || bad.Check == nil || bad.Check.Rung != events.RungNames || bad.Check.SQLState != "42703" || bad.Check.Position != 8 {
		t.Errorf("%+v, %+v", bad, bad.Check)
	}
	unasked := ask(events.PairQuestion{Connection: events.Connection{Name: "x"}, SQL: "SELECT count(*) FROM company"})
	if unasked.Failure == nil || unasked.Failure.ErrorType != "connection_unknown" || unasked.Check != nil || unasked.PairID != good.PairID {
		t.Errorf("%+v", unasked)
	}
}

// TestPairsAreOnTheTablesOfTheirTask, whose names may need quotes, for a step and
// for whoever asks about a single one.
func TestPairsAreOnTheTablesOfTheirTask(t *testing.T) {
	s := newSite(t)
	s.exec(s.business, `
		CREATE TABLE "Reviews" (id int PRIMARY KEY, "companyId" int NOT NULL REFERENCES company, "Stars" int);
		INSERT INTO "Reviews" VALUES (1, 1, 5), (2, 2, 3);`)
	s.start()
	r := s.request(events.RunnerPool)
	r.Tables = []string{"company", "Reviews"}
	s.create(r)
	task := s.closed()
	var result struct {
		Valid   int `json:"valid_sql_count"`
		Invalid int `json:"invalid_sql_count"`
	}
	if err := json.Unmarshal(task.Steps[events.StepValidation].Result, &result); err != nil || result.Valid == 0 || result.Invalid != 0 {
		t.Errorf("%+v, %v", result, err)
	}
	catalogue := task.Files(events.StepValidation)["schema_snapshot.json"]
	ask := func(f events.File, sql string) (a events.PairAnswer) {
		s.ask(events.SubjectCheckSQL, events.PairQuestion{Connection: events.Connection{Name: "shop"}, Language: events.English,
			Question: "How many?", SQL: sql, OutputPrefix: taskID, Snapshot: &f}, &a)
		return a
	}
	if a := ask(catalogue, `SELECT avg("Stars") FROM "Reviews"`); a.Check == nil || a.Check.Verdict != events.VerdictValid || !slices.Equal(a.Tables, []string{"public.Reviews"}) {
		t.Errorf("%+v, %+v", a, a.Check)
	}
	if a := ask(catalogue, "SELECT name FROM area"); a.Check == nil || a.Check.ErrorType != "table_outside_task" {
		t.Errorf("%+v, %+v", a, a.Check)
	}
	catalogue.SHA256 = strings.Repeat("0", 64)
	if a := ask(catalogue, "SELECT name FROM company"); a.Check != nil || a.Failure == nil || a.Failure.ErrorType != "step_input_changed" {
		t.Errorf("%+v, %+v", a, a.Check)
	}
}

func TestQuestionsThatCannotBeAnswered(t *testing.T) {
	s := newSite(t)
	s.start()
	for name, c := range map[string]struct {
		question events.Question
		want     string
	}{
		"unknown name":   {events.Question{Connection: events.Connection{Name: "x"}}, "connection_unknown"},
		"no connection":  {events.Question{}, "connection_missing"},
		"foreign cursor": {events.Question{Connection: events.Connection{Name: "shop"}, Cursor: "?"}, "cursor_invalid"},
	} {
		var page events.TablePage
		s.ask(events.SubjectTables, c.question, &page)
		if page.Failure == nil || page.Failure.ErrorType != c.want || page.Failure.Message == "" {
			t.Errorf("%s: %+v", name, page.Failure)
		}
	}
	answer, err := s.control.Conn().RequestWithContext(t.Context(), events.SubjectTest, []byte("no JSON"))
	if err != nil || answer.Header.Get("Nats-Service-Error-Code") != "400" {
		t.Errorf("%v, %v", answer, err)
	}
}

// ask waits until an executor answers.
func (s *site) ask(subject string, question, answer any) {
	s.Helper()
	body, err := json.Marshal(question)
	if err != nil {
		s.Fatal(err)
	}
	var reply []byte
	testkit.Eventually(s.T, s.Context(), func() bool {
		ctx, cancel := context.WithTimeout(s.Context(), 5*time.Second)
		defer cancel()
		msg, err := s.control.Conn().RequestWithContext(ctx, subject, body)
		if err == nil {
			reply = msg.Data
		}
		return err == nil
	})
	if err := json.Unmarshal(reply, answer); err != nil {
		s.Fatalf("%q: %v", reply, err)
	}
}

func TestFaultsOfTheConfigurationAreAllNamed(t *testing.T) {
	cfg := executor.Config{MaxLocalTasks: -1, SealIdentityFile: "missing"}
	err := cfg.Validate()
	for _, want := range []string{"bucket", "task-timeout", "max-local-tasks", "seal-identity-file"} {
		if err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s is not named in: %v", want, err)
		}
	}
}
