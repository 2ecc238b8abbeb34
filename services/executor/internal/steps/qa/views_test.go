package qa_test

import (
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
)

func TestKeysInViewsAreNotAddedUpNorRemarksGrouped(t *testing.T) {
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
