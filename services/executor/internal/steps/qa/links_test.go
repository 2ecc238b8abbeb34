package qa_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

const films = `
CREATE TABLE actor (actor_id int PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, last_update timestamptz NOT NULL);
CREATE TABLE language (language_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE film (film_id int PRIMARY KEY, title text NOT NULL, language_id int NOT NULL REFERENCES language, rental_rate numeric, length int, rating text);
CREATE TABLE film_actor (actor_id int REFERENCES actor, film_id int REFERENCES film, PRIMARY KEY (actor_id, film_id));
CREATE TABLE category (category_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE film_category (film_id int REFERENCES film, category_id int REFERENCES category, PRIMARY KEY (film_id, category_id));
INSERT INTO actor SELECT i, 'First' || i, 'Last' || i, now() FROM generate_series(1, 60) i;
INSERT INTO language SELECT i, (ARRAY['English', 'French', 'German'])[i] FROM generate_series(1, 3) i;
INSERT INTO film SELECT i, 'Film ' || i, 1 + i % 3, 1 + i % 4, 60 + i % 90, (ARRAY['G', 'PG', 'R'])[1 + i % 3] FROM generate_series(1, 200) i;
INSERT INTO film_actor SELECT 1 + i % 60, i FROM generate_series(1, 200) i;
INSERT INTO category SELECT i, 'Kind ' || i FROM generate_series(1, 8) i;
INSERT INTO film_category SELECT i, 1 + i % 8 FROM generate_series(1, 200) i`

// A table that a candidate names but does not read is still to be asked about.
func TestEveryTableThatAQuestionMayReadIsRead(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		// No more is asked than it takes.
		dsn, result, list := made(t, films, language, func(run *stepstest.Run) {
			run.Request.Options.Themes, run.Request.Options.QuestionsPerTheme = 1, 6
		})
		read := map[string]bool{}
		for _, p := range list {
			for _, name := range p.Tables {
				read[name] = true
			}
		}
		pool := connect(t, dsn)
		schema, err := catalog.Read(t.Context(), pool, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range everything(t, pool, language) {
			tables, _, _ := pairs.Describe(p.SQL, schema)
			for _, name := range tables {
				if !read[name] {
					t.Errorf("%s: no question reads %s, as might: %s", language, name, p.Question)
				}
			}
		}
		if len(result.Coverage.Uncovered) > 0 {
			t.Errorf("%s: %v", language, result.Coverage.Uncovered)
		}
	}
}

const headed = `
CREATE TABLE employee (id int PRIMARY KEY, name text NOT NULL, salary numeric, hired_on date);
CREATE TABLE dept (id int PRIMARY KEY, name text NOT NULL, head int REFERENCES employee);
ALTER TABLE employee ADD dept int;
INSERT INTO employee SELECT i, 'E' || i, 1000 + 10 * i, date '2020-01-01' + i, CASE WHEN i > 3 THEN 1 + i % 9 END FROM generate_series(1, 60) i;
INSERT INTO dept SELECT i, 'D' || i, CASE WHEN i > 2 THEN i END FROM generate_series(1, 12) i;
ALTER TABLE employee ADD FOREIGN KEY (dept) REFERENCES dept`

func TestTablesThatReferToEachOtherAreNotConfused(t *testing.T) {
	t.Parallel()
	heads := map[events.Language]string{events.English: "head", events.Chinese: "负责人"}
	for _, language := range languages {
		dsn, _, _ := made(t, headed+`; COMMENT ON COLUMN dept.head IS '负责人'; COMMENT ON TABLE dept IS '部门表'; COMMENT ON TABLE employee IS '员工表'; COMMENT ON COLUMN employee.dept IS '部门'`, language)
		vacant := false
		for _, p := range everything(t, connect(t, dsn), language) {
			byHead := strings.Contains(p.SQL, "head IS NULL")
			vacant = vacant || byHead
			if byHead && !strings.Contains(p.Question, heads[language]) {
				t.Errorf("%s\n%s", p.Question, p.SQL)
			}
			if strings.Contains(p.SQL, "NOT EXISTS") && strings.Contains(p.SQL, "d.head = e.id") {
				t.Errorf("who heads no department is asked for as: %s", p.Question)
			}
		}
		if !vacant {
			t.Errorf("%s: departments without a head are not asked for", language)
		}
	}
}

// Where neither link has a role of its own, "without" means nothing certain.
func TestWithoutIsNotAskedWhereItMightMeanEitherLink(t *testing.T) {
	t.Parallel()
	plain := strings.NewReplacer("head int", "employee_id int", ", dept)", ", dept_id)", "ADD dept ", "ADD dept_id ", "(dept)", "(dept_id)").Replace(headed)
	dsn, _, _ := made(t, plain, events.English)
	for _, p := range everything(t, connect(t, dsn), events.English) {
		if strings.Contains(p.SQL, "NOT EXISTS") || slices.ContainsFunc([]string{"employee_id IS NULL", "dept_id IS NULL"}, func(test string) bool { return strings.Contains(p.SQL, test) }) {
			t.Errorf("%s\n%s", p.Question, p.SQL)
		}
	}
}
