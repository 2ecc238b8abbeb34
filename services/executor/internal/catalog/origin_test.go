package catalog

import (
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// emp is a table, and views of it that call its columns otherwise.
const emp = `
CREATE TABLE emp (gone int, id int PRIMARY KEY, "员工姓名" text, boss int REFERENCES emp (id), mail text);
ALTER TABLE emp DROP COLUMN gone;
COMMENT ON TABLE emp IS '员工';
COMMENT ON COLUMN emp.mail IS 'where to write';
CREATE TABLE part (id int, who text) PARTITION BY RANGE (id);
CREATE TABLE part_1 PARTITION OF part DEFAULT;
CREATE VIEW v1 AS SELECT e.id AS no, e."员工姓名" AS n1, upper(e.mail) AS m1, count(*) OVER () FROM emp e;
CREATE VIEW v2 AS WITH w AS (SELECT n1 AS n2, m1 FROM v1) SELECT n2 AS n3, m1 AS m2 FROM (SELECT * FROM w) s;
CREATE MATERIALIZED VIEW mv AS SELECT "员工姓名" AS grp, count(*) AS n FROM emp GROUP BY 1;
CREATE VIEW p AS SELECT who AS x FROM part_1;
CREATE VIEW u AS SELECT mail AS both FROM emp UNION SELECT who FROM part;
CREATE VIEW c AS SELECT relname FROM pg_class;`

func shownBy(t *testing.T, pool *pgxpool.Pool, names ...Name) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, table := range read(t, pool, names...).Tables {
		for _, c := range table.Columns {
			if c.Shows != nil {
				got[table.Name+"."+c.Name] = fmt.Sprintf("%s.%s", c.Shows.Table, c.Shows.Column)
			}
		}
	}
	return got
}

func TestAViewsColumnsKnowWhatTheyShow(t *testing.T) {
	pool := database(t, emp)
	want := map[string]string{
		"v1.no": "public.emp.id", "v1.n1": "public.emp.员工姓名", "v2.n3": "public.emp.员工姓名", "v2.m2": "public.v1.m1",
		"mv.grp": "public.emp.员工姓名", "p.x": "public.part.who",
	}
	if got := shownBy(t, pool); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	alone := map[string]string{"v2.n3": "public.emp.员工姓名", "v2.m2": "public.v1.m1"}
	if got := shownBy(t, pool, Name{"public", "v2"}); fmt.Sprint(got) != fmt.Sprint(alone) {
		t.Errorf("a view of views that are not read: %v", got)
	}
	s := read(t, pool)
	v1, v2 := table(t, s, "public", "v1"), table(t, s, "public", "v2")
	if o := column(t, v1, "no").Shows; o == nil || o.TableComment != "员工" || !o.Key {
		t.Errorf("%+v", o)
	}
	if want := []Name{{"public", "emp"}}; !slices.Equal(v2.View.Tables, want) || !table(t, s, "public", "emp").Viewed || v1.Viewed {
		t.Errorf("the tables behind a view of a view: %v", v2.View.Tables)
	}
}

// A role may read a view of tables in a schema that it may not enter.
// A materialised view lets a circle of views be, which ends where it began.
func TestViewsThatShowEachOtherAreRead(t *testing.T) {
	pool := database(t, `CREATE VIEW a AS SELECT 1 AS x; CREATE MATERIALIZED VIEW m AS SELECT x FROM a; CREATE OR REPLACE VIEW a AS SELECT x FROM m`)
	if got := read(t, pool, Name{"public", "a"}, Name{"public", "m"}); len(got.Tables) != 2 {
		t.Errorf("%d tables", len(got.Tables))
	}
}

func TestTheTextOfAViewTellsWhereTheServerDoesNot(t *testing.T) {
	pool := database(t, emp+`
		CREATE SCHEMA inner_world;
		CREATE TABLE inner_world.emp AS SELECT * FROM emp;
		CREATE VIEW outer_view AS SELECT "员工姓名" AS n1, upper(mail) AS m1 FROM inner_world.emp;
		CREATE ROLE origin_reader LOGIN;
		GRANT SELECT ON ALL TABLES IN SCHEMA public TO origin_reader`)
	defer run(t, pool, "DROP OWNED BY origin_reader; DROP ROLE origin_reader")
	config := pool.Config()
	config.ConnConfig.RuntimeParams["role"] = "origin_reader"
	reader, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if got := shownBy(t, reader); got["outer_view.n1"] != `"".""`+".员工姓名" || got["v1.n1"] != "public.emp.员工姓名" {
		t.Errorf("%v", got)
	}
}
