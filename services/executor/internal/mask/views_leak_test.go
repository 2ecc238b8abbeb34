package mask_test

import (
	"slices"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
)

// renaming are views that show personal columns by other names, or what they
// make of them; and some that show nothing personal.
const renaming = `
CREATE VIEW v_one AS SELECT id, full_name AS n1, level AS grade, birth_date AS d1, address AS a1 FROM crm_customer;
CREATE VIEW v_two AS SELECT n1 AS x1, d1 AS x2, count(*) AS n FROM v_one GROUP BY 1, 2;
CREATE VIEW v_made AS SELECT id, full_name || ' (' || level || ')' AS s1, left(upper(full_name), 40) AS s2, birth_date::timestamp AS s3 FROM crm_customer;
CREATE VIEW v_staff AS SELECT "Id" AS no, upper("FirstName") AS p1, "LastName" AS p2, "Title" AS job FROM "Employee";
CREATE MATERIALIZED VIEW mv_names AS SELECT full_name AS grp, count(*) AS n, min(birth_date) AS since FROM crm_customer GROUP BY 1;
CREATE VIEW v_both AS SELECT full_name AS who FROM crm_customer UNION ALL SELECT "LastName" FROM "Employee";
CREATE VIEW v_codes AS SELECT password AS remark_text, level AS grade FROM crm_customer;`

func TestAViewShowsNothingPersonalOfItsTables(t *testing.T) {
	dsn, conn := people(t)
	if _, err := conn.PgConn().Exec(t.Context(), renaming).ReadAll(); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []events.Language{events.Chinese, events.English} {
		tr, _ := trace(t, dsn, "", lang, modelserver.New(t), all)
		for _, text := range slices.Concat(raw, secrets, []string{"ZEBEDIAH", "PERSEPHONE", "QUACKENBUSH"}) {
			if names := tr.holding(text); len(names) > 0 {
				t.Errorf("%q stands in %v: %.600s", text, names, tr[names[0]])
			}
		}
		for _, name := range []string{"v_one_detail.md", "v_staff_detail.md", "v_codes_detail.md"} {
			if !slices.ContainsFunc([]string{"金卡", "Porter"}, func(text string) bool { return slices.Contains(tr.holding(text), name) }) {
				t.Errorf("%s shows nothing: %s", name, tr[name])
			}
		}
	}
}
