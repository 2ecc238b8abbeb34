package qa_test

import (
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

func TestKeysInViewsAreNotAddedUpNorRemarksGrouped(t *testing.T) {
	t.Parallel()
	dsn, result, _ := made(t, headed+`; CREATE VIEW pay AS SELECT name, dept, salary FROM employee;
		CREATE TABLE "订单" (id int PRIMARY KEY, "名称" text NOT NULL, "备注" text); INSERT INTO "订单" SELECT i, '单' || i, (ARRAY['加急', '普通'])[1 + i % 2] FROM generate_series(1, 40) i;
		CREATE TABLE nothing ()`, events.Chinese)
	if len(result.Coverage.Uncovered) > 0 {
		t.Errorf("%+v", result.Coverage)
	}
	for _, p := range everything(t, connect(t, dsn), events.Chinese) {
		for _, wrong := range []string{"AVG(dept)", "SUM(dept)", "MAX(dept)", `GROUP BY "备注"`} {
			if strings.Contains(p.SQL, wrong) {
				t.Errorf("%s\n%s", p.Question, p.SQL)
			}
		}
	}
}

// TestAViewsColumnsAreThoseItShows, whatever it calls them: keys are not added
// up, and what is secret stays so.
func TestAViewsColumnsAreThoseItShows(t *testing.T) {
	t.Parallel()
	dsn := testkit.Postgres(t)
	execute(t, dsn, headed+`; ALTER TABLE employee ADD token text; UPDATE employee SET token = 'secret ' || id % 3;
		CREATE VIEW pay AS SELECT DISTINCT e.id AS worker, round(e.salary) AS rounded, e.dept AS unit_of, e.salary AS pay, e.token AS remark_text FROM employee e;
		CREATE VIEW "Pay 2" AS WITH p AS (SELECT 1 FROM pay) SELECT worker AS "The Worker", pay.unit_of AS place, pay.pay FROM pay`)
	for _, table := range understand(t, connect(t, dsn), events.English).Tables {
		for name, want := range map[string]profile.Role{
			"worker": profile.Key, "The Worker": profile.Key, "unit_of": profile.Reference, "place": profile.Reference,
			"remark_text": profile.Hidden, "pay": profile.Level, "rounded": profile.Level,
		} {
			if c := table.Find(name); c != nil && c.Role != want {
				t.Errorf("%s.%s has the role %d, want %d", table.Name, name, c.Role, want)
			}
		}
	}
}
