package qa_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

// company has two clusters of tables that nothing links.
const company = `
CREATE TABLE customer (id int PRIMARY KEY, customer_name text NOT NULL, city text NOT NULL);
CREATE TABLE purchase (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, amount numeric(10,2) NOT NULL, bought_on date NOT NULL);
CREATE TABLE department (id int PRIMARY KEY, department_name text NOT NULL);
CREATE TABLE contract (id int PRIMARY KEY, department_id int NOT NULL REFERENCES department, salary numeric(10,2) NOT NULL, signed_on date NOT NULL);
INSERT INTO customer SELECT i, 'customer ' || i, (ARRAY['Oslo','Rome'])[1 + i % 2] FROM generate_series(1, 20) i;
INSERT INTO purchase SELECT i, 1 + i % 20, i * 1.5, date '2024-01-01' + i FROM generate_series(1, 60) i;
INSERT INTO department VALUES (1, 'Sales'), (2, 'Research');
INSERT INTO contract SELECT i, 1 + i % 2, 1000 + i, date '2023-01-01' + i FROM generate_series(1, 30) i;`

// asked runs the step as a task that builds upon base, which may be nil, with
// what people said.
func asked(t *testing.T, dsn string, base *steps.Base, people ...events.Pair) (*stepstest.Run, qa.Result) {
	t.Helper()
	run := newRun(t, dsn, events.English)
	run.Base, run.Pairs = base, people
	result, err := qa.New(qa.Config{}).Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	return run, result.Data.(qa.Result)
}

// left is a run's output as a later task finds it: with the catalogue that the
// first step wrote, and judge applied to the pairs.
func left(t *testing.T, dsn string, run *stepstest.Run, judge func(int, *events.Pair)) *steps.Base {
	t.Helper()
	schema, err := catalog.Read(t.Context(), connect(t, dsn), nil)
	if err != nil {
		t.Fatal(err)
	}
	files := run.Files.FS()
	files[snapshot.FileName] = &fstest.MapFile{Data: snapshot.Of(schema).Encode()}
	list := index(t, run)
	for i := range list {
		list[i].Check = &events.PairCheck{Verdict: events.VerdictValid}
		if judge != nil {
			judge(i, &list[i])
		}
	}
	data, err := pairs.EncodeIndex(list)
	if err != nil {
		t.Fatal(err)
	}
	files[pairs.VerdictsFile] = &fstest.MapFile{Data: data}
	return &steps.Base{TaskID: "task_20250630_090000", Files: files, Reusable: true}
}

func index(t *testing.T, run *stepstest.Run) []events.Pair {
	t.Helper()
	list, err := pairs.ReadIndex(run.Files.FS(), pairs.IndexFile)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// sameButForReuse demands that two runs left the same files, save for the mark
// of what was taken over.
func sameButForReuse(t *testing.T, want, got *stepstest.Run) {
	t.Helper()
	wanted, found := want.Files.FS(), got.Files.FS()
	if len(wanted) != len(found) {
		t.Errorf("%d files, want %d", len(found), len(wanted))
	}
	for name, f := range wanted {
		text := strings.ReplaceAll(got.Files.Text(name), "    \"reused\": true,\n", "")
		text = strings.ReplaceAll(text, ",\n    \"reused\": true", "")
		if text != string(f.Data) {
			t.Errorf("%s differs:\n%s\nwant:\n%s", name, text, f.Data)
		}
	}
}

func TestAnUnchangedDatabaseGivesTheSameQuestions(t *testing.T) {
	t.Parallel()
	dsn := offices(t)
	first, result := asked(t, dsn, nil)
	if result.ReusedThemes != 0 || result.TotalThemes != 2 {
		t.Fatalf("%+v", result)
	}
	execute(t, dsn, "DELETE FROM purchase") // which would make other questions
	second, result := asked(t, dsn, left(t, dsn, first, nil))
	sameButForReuse(t, first, second)
	if result.ReusedThemes != 2 || second.Lines.FilterMessageSnippet("Themes of task task_20250630_090000 that are taken over, since their tables did not change: 2").Len() != 1 {
		t.Errorf("%+v, %v", result, second.Lines.All())
	}
	third, _ := asked(t, dsn, left(t, dsn, second, nil))
	if third.Files.Text(pairs.IndexFile) != second.Files.Text(pairs.IndexFile) {
		t.Error("a third task has other pairs than the second")
	}
}

// offices is a database with the tables of company.
func offices(t *testing.T) string {
	t.Helper()
	dsn := testkit.Postgres(t)
	execute(t, dsn, company)
	return dsn
}

// TestOnlyThemesOfChangedTablesAreAskedAnew, with a table that is new, and one
// theme of which nothing changed.
func TestOnlyThemesOfChangedTablesAreAskedAnew(t *testing.T) {
	t.Parallel()
	dsn := offices(t)
	first, _ := asked(t, dsn, nil)
	base := left(t, dsn, first, nil)
	execute(t, dsn, `ALTER TABLE purchase ADD discount numeric(4,2);
		CREATE TABLE weather (id int PRIMARY KEY, degrees numeric(4,1), measured_on date);
		INSERT INTO weather SELECT i, i, date '2024-01-01' + i FROM generate_series(1, 20) i;`)
	second, result := asked(t, dsn, base)
	if result.ReusedThemes != 1 || result.Coverage.TablesCovered != 5 {
		t.Errorf("%+v", result)
	}
	reused := map[string]int{}
	for _, p := range index(t, second) {
		if p.Reused {
			reused[p.Theme]++
		}
		if p.Reused && slices.Contains(p.Tables, "public.purchase") {
			t.Errorf("taken over although its table changed: %+v", p)
		}
	}
	if len(reused) != 1 || !contains(second.Files.Text(pairs.IndexFile), "weather", "public.contract") {
		t.Errorf("reused: %v\n%s", reused, second.Files.Text(pairs.IndexFile))
	}
	var themes []qa.ThemeEntry
	if err := json.Unmarshal([]byte(second.Files.Text(qa.ThemesFile)), &themes); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, th := range themes {
		names[th.Name] = true
	}
	if len(names) != len(themes) || len(themes) < 2 {
		t.Errorf("themes: %+v", themes)
	}
}

func contains(text string, parts ...string) bool {
	return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
}

func TestPairsAreTakenOverAsValidationLeftThem(t *testing.T) {
	t.Parallel()
	dsn := testkit.SharedPostgres(t, company)
	first, _ := asked(t, dsn, nil)
	var wrong, repaired, empty events.Pair
	base := left(t, dsn, first, func(i int, p *events.Pair) {
		switch i {
		case 0:
			p.Check = &events.PairCheck{Verdict: events.VerdictError, Rung: events.RungNames}
			wrong = *p
		case 1:
			p.Check.OriginalSQL, p.SQL = p.SQL, "SELECT count(*) AS repaired FROM customer;"
			repaired = *p
		case 2:
			p.Check.Verdict = events.VerdictEmpty
			empty = *p
		}
	})
	second, result := asked(t, dsn, base)
	if result.ReusedThemes != 2 {
		t.Errorf("%+v", result)
	}
	byID := map[string]events.Pair{}
	for _, p := range index(t, second) {
		byID[p.ID] = p
		if p.Check != nil {
			t.Errorf("the check of the earlier task stays: %+v", p)
		}
	}
	if _, there := byID[wrong.ID]; there {
		t.Error("a pair that failed is taken over")
	}
	if byID[repaired.ID].SQL != repaired.SQL || byID[empty.ID].SQL == "" {
		t.Errorf("repaired: %+v, empty: %+v", byID[repaired.ID], byID[empty.ID])
	}
}

// TestPeopleHaveTheLastWordAboutWhatIsTakenOver: what they rejected stays
// rejected, what they rewrote stays in its place, what they took back is gone.
func TestPeopleHaveTheLastWordAboutWhatIsTakenOver(t *testing.T) {
	t.Parallel()
	dsn := testkit.SharedPostgres(t, company)
	first, _ := asked(t, dsn, nil)
	at := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	said := func(i int, p events.Pair) (events.Pair, bool) {
		switch i {
		case 0:
			p.Decision, p.DecidedBy, p.DecidedAt, p.Check = events.DecisionRejected, "ann", &at, nil
		case 1:
			p.Source, p.Question = events.SourcePerson, "How many customers do we have?"
		case 2:
			p.Source, p.Question = events.SourcePerson, "Something that was taken back?"
		default:
			return p, false
		}
		return p, true
	}
	var people []events.Pair
	var takenBack string
	base := left(t, dsn, first, func(i int, p *events.Pair) {
		theirs, did := said(i, *p)
		*p = theirs
		if i == 2 {
			takenBack = p.ID
		} else if did {
			people = append(people, theirs)
		}
	})
	second, _ := asked(t, dsn, base, people...)
	list := index(t, second)
	if list[0].Decision != events.DecisionRejected || list[0].ID != people[0].ID {
		t.Errorf("rejected: %+v", list[0])
	}
	if list[1].ID != people[1].ID || list[1].Question != people[1].Question || list[1].Source != events.SourcePerson {
		t.Errorf("rewritten: %+v", list[1])
	}
	if slices.ContainsFunc(list, func(p events.Pair) bool { return p.ID == takenBack }) {
		t.Error("what people took back is there")
	}
}

func TestAThemeWithoutAGoodPairIsAskedAnew(t *testing.T) {
	t.Parallel()
	dsn := testkit.SharedPostgres(t, company)
	first, _ := asked(t, dsn, nil)
	theme := index(t, first)[0].Theme
	base := left(t, dsn, first, func(_ int, p *events.Pair) {
		if p.Theme == theme {
			p.Check.Verdict = events.VerdictTooExpensive
		}
	})
	if _, result := asked(t, dsn, base); result.ReusedThemes != 1 || result.TotalThemes != 2 {
		t.Errorf("%+v", result)
	}
}

func TestWhatCannotBeReadIsAskedAnew(t *testing.T) {
	t.Parallel()
	dsn := testkit.SharedPostgres(t, company)
	first, _ := asked(t, dsn, nil)
	for _, name := range []string{snapshot.FileName, qa.ThemesFile, pairs.VerdictsFile} {
		base := left(t, dsn, first, nil)
		base.Files.(fstest.MapFS)[name] = &fstest.MapFile{Data: []byte("{")}
		second, result := asked(t, dsn, base)
		if result.ReusedThemes != 0 || second.Lines.FilterMessageSnippet("cannot be taken over").Len() != 1 {
			t.Errorf("%s: %+v, %v", name, result, second.Lines.All())
		}
		sameButForReuse(t, first, second)
	}
}

func TestOtherSettingsAskAnew(t *testing.T) {
	t.Parallel()
	dsn := testkit.SharedPostgres(t, company)
	first, _ := asked(t, dsn, nil)
	base := left(t, dsn, first, nil)
	base.Reusable = false
	if _, result := asked(t, dsn, base); result.ReusedThemes != 0 {
		t.Errorf("%+v", result)
	}
}

// TestAModelIsNotAskedAgainAboutWhatDidNotChange, and is asked where rules had
// to stand in for it before.
func TestAModelIsNotAskedAgainAboutWhatDidNotChange(t *testing.T) {
	t.Parallel()
	dsn := bookshopDatabase(t)
	server := modelserver.New(t)
	server.Answer(obliging(25))
	first, _, _ := modelRun(t, dsn, server)
	after := func(base *steps.Base) qa.Result {
		run := newRun(t, dsn, events.English)
		run.Base, run.Model = base, stepstest.Model(t, server)
		result, err := qa.New(qa.Config{}).Run(t.Context(), run.Run)
		if err != nil {
			t.Fatal(err)
		}
		return result.Data.(qa.Result)
	}
	if result := after(left(t, dsn, first, nil)); result.ReusedThemes != 2 || result.ModelUsage.Requests != 0 || result.GeneratedBy != "model" {
		t.Errorf("%+v", result)
	}
	byRules := left(t, dsn, first, func(_ int, p *events.Pair) { p.Source = events.SourceRules })
	if result := after(byRules); result.ReusedThemes != 0 || result.ModelUsage.Requests != 3 {
		t.Errorf("%+v, usage %+v", result, result.ModelUsage)
	}
}
