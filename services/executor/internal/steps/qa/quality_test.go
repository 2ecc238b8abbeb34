package qa_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

// made runs the step over a database with the tables of sql.
func made(t *testing.T, sql string, language events.Language, changes ...func(*stepstest.Run)) (string, qa.Result, []events.Pair) {
	t.Helper()
	dsn := testkit.SharedPostgres(t, sql)
	run := newRun(t, dsn, language)
	for _, change := range changes {
		change(run)
	}
	result, err := qa.New(qa.Config{}).Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pairs.ReadIndex(run.Files.FS(), pairs.IndexFile)
	if err != nil {
		t.Fatal(err)
	}
	return dsn, result.Data.(qa.Result), list
}

// rows is how many rows a statement gives.
func rows(t *testing.T, dsn, sql string) (n int) {
	t.Helper()
	if err := connect(t, dsn).QueryRow(t.Context(), "SELECT count(*) FROM ("+strings.TrimSuffix(sql, ";")+") q").Scan(&n); err != nil {
		t.Errorf("%s: %v", sql, err)
	}
	return n
}

const dated = `
CREATE TABLE contract (id int PRIMARY KEY, signed_on text, ends_on text, booked int, kind text);
INSERT INTO contract SELECT i, to_char(date '2023-01-05' + i * 7, 'YYYY-MM-DD'), to_char(date '2023-02-05' + i * 8, 'YYYY/MM/DD'),
	to_char(date '2023-01-09' + i * 7, 'YYYYMMDD')::int, (ARRAY['rent', 'lease'])[1 + i % 2] FROM generate_series(1, 80) i`

func TestDatesInTextAndNumbersAreDates(t *testing.T) {
	t.Parallel()
	dsn, _, list := made(t, dated, events.English)
	all := ""
	for _, p := range list {
		rows(t, dsn, p.SQL)
		all += p.SQL + "\n"
		if strings.Contains(p.SQL, "SUM(booked)") || strings.Contains(p.SQL, "AVG(booked)") {
			t.Errorf("a date is added up: %s", p.SQL)
		}
	}
	for _, want := range []string{"to_date(signed_on, 'YYYY-MM-DD')", "to_date(ends_on, 'YYYY/MM/DD')"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %s in\n%s", want, all)
		}
	}
}

const views = `
CREATE TABLE region (id int PRIMARY KEY, name text);
CREATE TABLE sale (id int PRIMARY KEY, region_id int REFERENCES region, amount numeric, sold_on date, rep text);
INSERT INTO region SELECT i, 'Region ' || i FROM generate_series(1, 6) i;
INSERT INTO sale SELECT i, 1 + i % 5, 10 * i, date '2024-01-01' + i, (ARRAY['Ada', 'Bo', 'Cy'])[1 + i % 3] FROM generate_series(1, 200) i;
CREATE VIEW sale_by_region AS SELECT r.name AS region, sum(s.amount) AS total_amount FROM sale s JOIN region r ON r.id = s.region_id GROUP BY r.name;
CREATE MATERIALIZED VIEW sale_per_rep AS SELECT rep, count(*) AS sales FROM sale GROUP BY rep;
CREATE MATERIALIZED VIEW never_filled AS SELECT rep FROM sale WITH NO DATA;
CREATE TABLE nothing_yet (id int PRIMARY KEY, sale_id int REFERENCES sale, note text)`

func TestViewsAreAskedAboutAndEmptyTablesHardly(t *testing.T) {
	t.Parallel()
	dsn, result, list := made(t, views, events.English)
	if !slices.Equal(result.Coverage.Uncovered, []string{"public.never_filled"}) {
		t.Errorf("%+v", result.Coverage)
	}
	empty := 0
	for _, p := range list {
		if rows(t, dsn, p.SQL) == 0 {
			t.Errorf("no answer: %s\n%s", p.Question, p.SQL)
		}
		if slices.Contains(p.Tables, "public.nothing_yet") {
			empty++
		}
	}
	if empty != 1 {
		t.Errorf("%d questions about an empty table", empty)
	}
}

func TestASmallDatabaseGivesManyQuestions(t *testing.T) {
	t.Parallel()
	_, result, list := made(t, `CREATE TABLE visit (id int PRIMARY KEY, visited_on date, ward text, cost numeric, doctor text, urgent boolean);
		INSERT INTO visit SELECT i, date '2023-01-01' + i, (ARRAY['A', 'B', 'C', 'D'])[1 + i % 4], 20 + i % 37, 'Dr ' || i % 9, i % 3 = 0 FROM generate_series(1, 500) i`, events.Chinese)
	if len(list) < 25 || len(result.Shapes) < 5 {
		t.Errorf("%d questions, shapes %v", len(list), result.Shapes)
	}
}

func TestTheRequestSaysHowMuchIsAsked(t *testing.T) {
	t.Parallel()
	_, result, list := made(t, views, events.English, func(run *stepstest.Run) {
		run.Request.Options.Themes, run.Request.Options.QuestionsPerTheme = 2, 6
	})
	if result.TotalThemes > 3 || len(list) < 6 || len(list) > 14 {
		t.Errorf("%d themes, %d questions", result.TotalThemes, len(list))
	}
}

func TestNoRowIsReadWhereNoneMayBe(t *testing.T) {
	t.Parallel()
	_, result, list := made(t, views, events.English, func(run *stepstest.Run) { run.Request.Options.Masking = events.SchemaOnly })
	for _, p := range list {
		if strings.Contains(p.SQL, "Ada") || strings.Contains(p.SQL, "Region 1") {
			t.Errorf("a value of a row: %s", p.SQL)
		}
	}
	if result.Coverage.TablesCovered < result.Coverage.TablesTotal-1 {
		t.Errorf("%+v", result.Coverage)
	}
}

func TestPeoplesPairsAreInTheFiles(t *testing.T) {
	t.Parallel()
	_, _, before := made(t, views, events.English)
	rejected := before[3]
	rejected.Decision, rejected.DecidedBy = events.DecisionRejected, "li"
	theirs := events.Pair{ID: "p_theirs", Question: "Who sold most in all?", SQL: "SELECT rep FROM sale GROUP BY rep ORDER BY SUM(amount) DESC LIMIT 1;", Source: events.SourcePerson}
	_, result, after := made(t, views, events.English, func(run *stepstest.Run) { run.Pairs = []events.Pair{rejected, theirs} })
	last := after[len(after)-1]
	if last.ID != theirs.ID || !slices.Equal(last.Tables, []string{"public.sale"}) || last.Difficulty == "" || after[3].Decision != events.DecisionRejected || result.Sources["person"] != 1 {
		t.Errorf("%+v\n%+v\n%v", after[3], last, result.Sources)
	}
}

func TestCommentsThatAModelWroteNameThings(t *testing.T) {
	t.Parallel()
	const sql = `CREATE TABLE x1 (id int PRIMARY KEY, c2 numeric, c3 text); INSERT INTO x1 SELECT i, i, (ARRAY['a', 'b'])[1 + i % 2] FROM generate_series(1, 50) i`
	comments := `{"model": "m", "tables": [{"table": "public.x1", "comment": "缴费单", "columns": {"c2": "缴费金额", "c3": "缴费方式"}}]}`
	for name, test := range map[string]struct{ file, want string }{"used": {comments, "缴费单"}, "broken": {"{", "x1"}} {
		_, _, list := made(t, sql, events.Chinese, func(run *stepstest.Run) {
			mapping := run.In.(fstest.MapFS)
			mapping["generated_comments.json"] = &fstest.MapFile{Data: []byte(test.file)}
		})
		if !strings.Contains(list[0].Question, test.want) {
			t.Errorf("%s: %s", name, list[0].Question)
		}
	}
}
