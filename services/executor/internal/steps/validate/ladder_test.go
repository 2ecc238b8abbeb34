package validate_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// climb has SQL texts climb the ladder and returns their report.
func climb(t *testing.T, dsn string, cfg validate.Config, sqls ...string) []verdict {
	t.Helper()
	exec(t, dsn, "CREATE TABLE IF NOT EXISTS always_there ()")
	return climbIn(t, dsn, cfg, folder(t, append(sqls, "SELECT count(*) FROM always_there")...))[:len(sqls)] // one is valid, or the step fails
}

func climbIn(t *testing.T, dsn string, cfg validate.Config, in fstest.MapFS) []verdict {
	t.Helper()
	run := stepstest.New(t, dsn, in)
	if _, err := validate.New(cfg).Run(t.Context(), run.Run); err != nil {
		t.Fatal(err)
	}
	return report(t, run.Files.Text("sql_validation_20250701_143052_report.json"))
}

// Each rung refuses what it is there for.
func TestLadder(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	exec(t, dsn, `CREATE TABLE wide (a int, b int); INSERT INTO wide SELECT i, i FROM generate_series(1, 1000) i; ANALYZE wide;
		CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2'`)
	const statement, names, plan, cost, run = events.RungStatement, events.RungNames, events.RungPlan, events.RungCost, events.RungRun
	cases := []struct{ sql, verdict, rung, state string }{
		{"SELECT city FROM guest", "valid", "", ""},
		{"SELECT city FROM guest WHERE id = 1;", "valid", "", ""},
		{"SELECT city FROM guest WHERE city = 'Paris'", "empty_result", "", ""},
		{"SELECT count(*) FROM guest WHERE city = 'Paris'", "valid", "", ""}, // a row that says 0
		{"SELECT sum(amount) FROM demo_booking WHERE false", "valid", "", ""},
		{"WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n JOIN guest ON id = i", "valid", "", ""},

		{"SELECT 1; SELECT 2", "error", statement, "42601"},
		{"SELECT FROM WHERE", "error", statement, "42601"},
		{"SELECT city FROM guest WHERE id = $1", "error", statement, ""},
		{"DELETE FROM guest", "error", statement, ""},
		{"SELECT * FROM guest FOR UPDATE", "error", statement, ""},
		{"WITH gone AS (DELETE FROM guest RETURNING *) SELECT * FROM gone", "error", statement, "0A000"},
		{"SELECT FROM guest", "error", statement, ""},

		{"SELECT citty FROM guest", "error", names, "42703"},
		{"SELECT g.city FROM guest", "error", names, "42P01"}, // a missing join
		{"SELECT * FROM gest", "error", names, "42P01"},
		{"SELECT * FROM nowhere.guest", "error", names, "42P01"},
		{"SELECT nowhere.f(1)", "error", names, "3F000"},
		{"SELECT no_such_function(id) FROM guest", "error", names, "42883"},
		{"SELECT id::no_such_type FROM guest", "error", names, "42704"},
		{"SELECT id FROM guest g, demo_booking b", "error", names, "42702"}, // ambiguous is no name

		{"SELECT 1 AS one", "error", names, ""}, // no table
		{"SELECT * FROM generate_series(1, 3)", "error", names, ""},
		{"WITH guest AS (SELECT 1) SELECT * FROM guest", "error", names, ""},
		{"SELECT * FROM pg_shadow", "error", names, ""}, // the server's own
		{"TABLE pg_catalog.pg_class", "error", names, ""},
		{"SELECT table_name FROM information_schema.tables", "error", names, ""},
		{"SELECT (WITH pg_shadow AS (SELECT 1 AS x) SELECT x FROM pg_shadow), s.* FROM guest, pg_shadow s", "error", names, ""},
		{"WITH pg_shadow AS (SELECT * FROM guest) SELECT * FROM pg_shadow", "valid", "", ""},
		{"TABLE guest", "valid", "", ""},

		{"SELECT * FROM guest WHERE city > 5", "error", plan, "42883"}, // the operator is there for other types
		{"SELECT * FROM guest WHERE city IN (1, 2)", "error", plan, "42883"},
		{"SELECT * FROM guest WHERE id LIKE 'a'", "error", plan, "42883"},
		{"SELECT twice(city) FROM guest", "error", plan, "42883"}, // so is the function
		{"SELECT pg_catalog.lower(booked_on) FROM demo_booking", "error", plan, "42883"},
		{"SELECT * FROM guest WHERE id = 'abc'", "error", plan, "22P02"},
		{"SELECT city, count(*) FROM guest", "error", plan, "42803"},
		{"SELECT id FROM guest UNION SELECT city FROM guest", "error", plan, "42804"},
		{"SELECT 1 / 0", "error", plan, "22012"}, // the planner computes it
		{"SELECT nextval('ticket')", "error", plan, ""},

		{"SELECT count(*) FROM wide a, wide b, wide c, wide d", "too_expensive", cost, ""},
		{"SELECT count(*) FROM guest, generate_series(1, 1000000000000)", "too_expensive", cost, ""},

		{"SELECT 10 / (amount - 10) FROM demo_booking", "error", run, "22012"},
		{"SELECT status::int FROM demo_booking", "error", run, "22P02"},
		{"SELECT (SELECT id FROM guest)", "error", run, "21000"},
		{"WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n, guest", "too_expensive", run, "57014"},
	}
	sqls := make([]string, len(cases))
	for i, c := range cases {
		sqls[i] = c.sql
	}
	for i, v := range climb(t, dsn, validate.Config{StatementTimeout: time.Second / 2}, sqls...) {
		c := cases[i]
		if v.Verdict != c.verdict || v.Rung != c.rung || v.SQLState != c.state {
			t.Errorf("%s\n got %s at %q (%s %s)\nwant %s at %q (%s)", v.SQL, v.Verdict, v.Rung, v.SQLState, v.Message, c.verdict, c.rung, c.state)
		}
		if (c.verdict == "valid" || c.verdict == "empty_result") != v.Valid {
			t.Errorf("%s: valid is %v", v.SQL, v.Valid)
		}
		if v.SQL == "SELECT status::int FROM demo_booking" && strings.Contains(v.Message, "paid") {
			t.Errorf("a value of the data is told: %s", v.Message)
		}
	}
}

// What a role may not read is not there for it.
func TestLadderWithoutPrivileges(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	role := fmt.Sprintf("reader_%d", time.Now().UnixNano())
	reader := ownedBy(t, dsn, role)
	exec(t, dsn, "CREATE TABLE payroll (id int); REVOKE ALL ON payroll FROM PUBLIC")
	v := climb(t, reader, validate.Config{}, "SELECT * FROM payroll")[0]
	if v.Rung != events.RungNames || v.SQLState != "42501" {
		t.Errorf("%+v", v)
	}
}

// A foreign table whose server is gone is the fault of the pairs that read it.
func TestLadderWithoutAForeignServer(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	exec(t, dsn, `CREATE EXTENSION postgres_fdw`, `CREATE SERVER gone FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1')`,
		`CREATE USER MAPPING FOR PUBLIC SERVER gone OPTIONS (user 'nobody', password 'none')`, `CREATE FOREIGN TABLE far (id int) SERVER gone`)
	v := climb(t, dsn, validate.Config{}, "SELECT * FROM far", "SELECT city FROM guest")
	if v[0].Verdict != "error" || v[0].Rung != events.RungRun || v[0].SQLState != "08001" || !v[1].Valid {
		t.Errorf("%+v", v)
	}
}

// A limit of the cost is one: the same query is run beneath it.
func TestLadderMaxCost(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	const sql = "SELECT count(*) FROM guest"
	for limit, want := range map[float64]string{0.5: "too_expensive", 1e6: "valid"} {
		if v := climb(t, dsn, validate.Config{MaxCost: limit}, sql, "SELECT id FROM guest WHERE false")[0]; v.Verdict != want {
			t.Errorf("limit %v: %+v", limit, v)
		}
	}
}

// A thousand rows are computed at most.
func TestLadderRunsFirstRowsOnly(t *testing.T) {
	t.Parallel()
	v := climb(t, shop(t), validate.Config{}, "SELECT 1 / (1001 - i) FROM generate_series(1, 2000) i, guest WHERE id = 1", "SELECT 1 / (1000 - i) FROM generate_series(1, 2000) i, guest WHERE id = 1")
	if v[0].Verdict != "valid" || v[1].SQLState != "22012" || v[1].Rung != events.RungRun {
		t.Errorf("%+v", v)
	}
}

func TestCheckOne(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	pool, err := stepstest.New(t, dsn, nil).Business(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]events.PairCheck{
		"SELECT city FROM guest":                {Verdict: "valid"},
		"SELECT city FROM guest WHERE id = 99":  {Verdict: "empty_result"},
		"SELECT citty FROM guest":               {Verdict: "error", Rung: "names", ErrorType: "sql_error", SQLState: "42703", Message: `column "citty" does not exist`, Hint: `Perhaps you meant to reference the column "guest.city".`, Position: 8},
		"SELECT 1; DROP TABLE guest":            {Verdict: "error", Rung: "statement", ErrorType: "sql_error", SQLState: "42601", Message: "more than one statement; only one is accepted"},
		"SELECT * FROM pg_shadow":               {Verdict: "error", Rung: "names", ErrorType: "system_table", Message: "pg_catalog.pg_shadow is a table of the database system, not a table of this task"},
		"SELECT 1":                              {Verdict: "error", Rung: "names", ErrorType: "no_table", Message: "the SQL reads no table"},
		"SELECT pg_sleep(0) FROM no_such_table": {Verdict: "error", Rung: "plan", ErrorType: "volatile_function", Message: "the SQL calls the function pg_sleep, which is VOLATILE and may change data; if it only reads, declare it STABLE"},
	} {
		if got, _, err := validate.CheckOne(t.Context(), pool, validate.Task{Language: events.English}, sql); err != nil || got != want {
			t.Errorf("%s\n got %+v, %v\nwant %+v", sql, got, err, want)
		}
	}
	pool.Close()
	if _, _, err := validate.CheckOne(t.Context(), pool, validate.Task{}, "SELECT 1"); err == nil {
		t.Error("it answers without a database")
	}
}
