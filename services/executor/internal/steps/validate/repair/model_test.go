package repair_test

import (
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate/repair"
)

// mending is a scripted model that answers every prompt by the same SQL, and
// what asks it.
func mending(t *testing.T, lang events.Language, sql string, changes ...func(*llm.Config)) (*modelserver.Server, *llm.Session, validate.Repair) {
	t.Helper()
	server := modelserver.New(t)
	server.Answer(func(modelserver.Request) modelserver.Reply { return modelserver.JSON(map[string]string{"sql": sql}) })
	session := stepstest.Model(t, server, changes...)
	run := &steps.Run{Model: session, Request: events.Request{Language: lang}}
	return server, session, repair.Model().Begin(run, database(t))
}

var noColumn = validate.Fault{
	Pair:     pairs.Pair{Question: "Which colours are there?", SQL: "SELECT g.colour FROM guest g JOIN booking b ON b.guest_id = g.id"},
	SQLState: "42703", Message: "column g.colour does not exist", Hint: "Perhaps you meant something else.", Position: 8,
}

// The model is shown what it needs to know and no more.
func TestModelIsShownTheFault(t *testing.T) {
	for _, lang := range []events.Language{events.English, events.Chinese} {
		server, _, mend := mending(t, lang, " SELECT city FROM guest ")
		if got, err := mend(t.Context(), noColumn); err != nil || got != "SELECT city FROM guest" {
			t.Fatalf("%q, %v", got, err)
		}
		asked := server.Requests()[0].User()
		for _, want := range []string{
			noColumn.Pair.Question, noColumn.Pair.SQL, "42703", noColumn.Message, noColumn.Hint, "g.colour FROM guest g JOIN",
			"CREATE TABLE public.guest (\n  id bigint,\n  \"fullName\" text,\n  city text,\n  PRIMARY KEY (id)\n);", "demo_booking", "<data name=",
		} {
			if !strings.Contains(asked, want) {
				t.Errorf("%s: the prompt lacks %q:\n%s", lang, want, asked)
			}
		}
	}
}

func TestModelIsAskedAboutEmptyResults(t *testing.T) {
	server, _, mend := mending(t, events.English, "SELECT 2")
	if got, err := mend(t.Context(), validate.Fault{Pair: pairs.Pair{Question: "Who?", SQL: "SELECT 1 WHERE false"}, Empty: true}); err != nil || got != "SELECT 2" {
		t.Errorf("%q, %v", got, err)
	}
	if asked := server.Requests()[0].User(); !strings.Contains(asked, "its result is empty") || strings.Contains(asked, "SQLSTATE") {
		t.Errorf("asked:\n%s", asked)
	}
}

// An empty result is what a table without rows, or a partition without any, gives
// whatever is asked: a request about it would be paid for nothing.
func TestModelIsNotAskedAboutTablesWithoutRows(t *testing.T) {
	server := modelserver.New(t)
	server.Answer(func(modelserver.Request) modelserver.Reply {
		return modelserver.JSON(map[string]string{"sql": "SELECT 2"})
	})
	run := stepstest.New(t, stepDatabase(t, `
		CREATE TABLE visit (day date) PARTITION BY RANGE (day);
		CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
		CREATE TABLE visit_2026 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
		CREATE VIEW nobody AS SELECT city FROM guest WHERE false;
		INSERT INTO visit VALUES ('2025-01-01');`), pairFolder(t,
		"SELECT id FROM demo_booking", "SELECT g.city FROM guest g JOIN demo_booking b ON b.guest_id = g.id", `SELECT id FROM "OrderLines"`,
		"SELECT city FROM nobody", "SELECT day FROM visit_2026",
		"SELECT city FROM guest WHERE city = 'london'", "SELECT day FROM visit WHERE day > '2025-05-05'", "SELECT day FROM visit_2025 WHERE day > '2025-05-05'",
	))
	run.Model = stepstest.Model(t, server)
	if _, err := validate.New(validate.Config{Repairer: repair.All()}).Run(t.Context(), run.Run); err != nil {
		t.Fatal(err)
	}
	var asked []string
	for _, r := range server.Requests() {
		asked = append(asked, r.User())
	}
	if len(asked) != 3 || strings.Contains(strings.Join(asked, ""), "SELECT id") {
		t.Errorf("asked %d times: %s", len(asked), asked)
	}
}

// What the endpoint does wrong costs a proposal, and never the step.
func TestModelMayFail(t *testing.T) {
	for name, fault := range map[string]modelserver.Fault{
		"truncated": modelserver.Truncated, "empty": modelserver.Empty, "broken": modelserver.Broken,
		"refused key": modelserver.Status(401, "no"), "failing": modelserver.Status(500, "no"), "other words": modelserver.Saying(`{"query": 1}`),
	} {
		server, session, mend := mending(t, events.English, "SELECT 1")
		for range 10 {
			server.Fault(fault)
		}
		if got, err := mend(t.Context(), noColumn); got != "" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if u := session.Usage(); u.Failed != 1 || len(u.Problems) == 0 {
			t.Errorf("%s: usage %+v", name, u)
		}
	}
	for name, fault := range map[string]modelserver.Fault{"fenced": modelserver.Fenced, "thinking": modelserver.Thinking, "busy": modelserver.RateLimited("1")} {
		server, _, mend := mending(t, events.English, "SELECT 1")
		server.Fault(fault)
		if got, err := mend(t.Context(), noColumn); got != "SELECT 1" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestModelIsNotAskedWithoutOne(t *testing.T) {
	if got, err := repair.Model().Begin(&steps.Run{}, nil)(t.Context(), noColumn); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Why no repair came stands in the log, and is a warning: the pair that is wrong
// is one, and the key another.
func TestAModelThatIsAwayIsTold(t *testing.T) {
	server := modelserver.New(t)
	server.Fault(modelserver.Status(401, "Incorrect key: "+modelserver.Key))
	run := stepstest.New(t, stepDatabase(t), pairFolder(t, "SELECT count(*) FROM guest;", "SELECT colour FROM guest;"))
	run.Request.Language, run.Model = events.English, stepstest.Model(t, server)
	result, err := validate.New(validate.Config{Repairer: repair.All()}).Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	told := run.Lines.FilterMessageSnippet("it is not available (HTTP 401: check DP_LLM_API_KEY)")
	if told.Len() != 1 || result.Warnings != 2 {
		t.Errorf("%d warnings, log %v", result.Warnings, run.Lines.All())
	}
}

// repairing runs the step over one pair that is right and one that is not, and
// returns the verdict on the latter and what the model was asked.
func repairing(t *testing.T, sql, answer string) (report string, requests []modelserver.Request) {
	t.Helper()
	dsn := stepDatabase(t)
	server := modelserver.New(t)
	server.Answer(func(modelserver.Request) modelserver.Reply {
		return modelserver.JSON(map[string]string{"sql": answer})
	})
	run := stepstest.New(t, dsn, pairFolder(t, "SELECT count(*) FROM guest;", sql))
	run.Model = stepstest.Model(t, server)
	if _, err := validate.New(validate.Config{Repairer: repair.All()}).Run(t.Context(), run.Run); err != nil {
		t.Fatal(err)
	}
	return run.Files.Text("sql_validation_20250701_143052_report.json"), server.Requests()
}

// What the model proposes climbs the whole ladder, and names are tried first.
func TestModelsProposalsAreChecked(t *testing.T) {
	for _, tt := range []struct {
		name, sql, answer string
		asked             int
		want              string
	}{
		{"a good one", "SELECT colour FROM guest;", "SELECT city FROM guest", 1, `"repaired_sql": "SELECT city FROM guest"`},
		{"a name is enough", "SELECT citty FROM guest;", "SELECT 7", 0, `"repaired_sql": "SELECT city FROM guest;"`},
		{"one that writes", "SELECT colour FROM guest;", "DELETE FROM guest", 1, `"failed": 1`},
		{"two statements", "SELECT colour FROM guest;", "SELECT 1; DELETE FROM guest", 2, `"failed": 1`}, // told, it may answer again
		{"an invented table", "SELECT colour FROM guest;", "SELECT x FROM unicorns", 2, `"failed": 1`},
		{"no table", "SELECT colour FROM guest;", "SELECT 1 AS one", 1, `"failed": 1`},
		{"another table", "SELECT colour FROM guest;", "SELECT count(*) FROM hr.employee", 1, `"failed": 1`},
		{"the same again", "SELECT colour FROM guest;", "SELECT  colour FROM guest", 1, `"attempted": 0`},
		{"a wrong literal", "SELECT id FROM guest WHERE city = 'london';", "SELECT id FROM guest WHERE city = 'London'", 1, `"repaired_verdict": "valid"`},
		{"still empty", "SELECT id FROM guest WHERE city = 'london';", "SELECT id FROM guest WHERE city = 'LONDON'", 1, `"empty_results": 1`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report, requests := repairing(t, tt.sql, tt.answer)
			if !strings.Contains(report, tt.want) || len(requests) != tt.asked {
				t.Errorf("asked %d times\n%s", len(requests), report)
			}
		})
	}
}

// An example in a comment may be somebody's.
func TestModelIsShownCommentsWithoutPersonalData(t *testing.T) {
	server := modelserver.New(t)
	server.Answer(func(modelserver.Request) modelserver.Reply {
		return modelserver.JSON(map[string]string{"sql": "SELECT 2"})
	})
	db := database(t)
	if _, err := db.Exec(t.Context(), `COMMENT ON COLUMN guest.city IS '城市，如 a@b.cn'`); err != nil {
		t.Fatal(err)
	}
	run := &steps.Run{Model: stepstest.Model(t, server), Request: events.Request{Language: events.Chinese}}
	if _, err := repair.Model().Begin(run, db)(t.Context(), noColumn); err != nil {
		t.Fatal(err)
	}
	if asked := server.Requests()[0].User(); !strings.Contains(asked, "城市，如 ***@***.com") || strings.Contains(asked, "a@b.cn") {
		t.Errorf("asked:\n%s", asked)
	}
}
