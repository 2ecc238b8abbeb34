package validate_test

import (
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// oddities are texts of every kind, and the verdict and rung of each.
var oddities = []struct{ sql, verdict, rung string }{
	{"SELECT city FROM guest", "valid", ""},
	{"SELECT city FROM guest WHERE id = 99", "empty_result", ""},
	{"TABLE guest", "valid", ""},
	{"TABLE guest;;", "valid", ""},
	{"VALUES ((SELECT count(*) FROM guest)), (2)", "valid", ""},
	{"/* all */ SELECT -- of\n city FROM guest -- them", "valid", ""},
	{"SELECT $q$; DELETE FROM guest$q$, id FROM guest", "valid", ""},
	{"SELECT 'Delete on guest', id FROM guest", "valid", ""},
	{"SELECT unnest(ARRAY[1, 2]), generate_series(1, 3), id FROM guest", "valid", ""},
	{"SELECT i FROM guest, generate_series(1, 100000) i", "valid", ""},
	{"SELECT i FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS x (i, j), guest", "valid", ""},
	{"SELECT id FROM guest TABLESAMPLE SYSTEM (100)", "valid", ""},
	{"SELECT id FROM guest TABLESAMPLE pg_catalog.bernoulli (100) REPEATABLE (1)", "valid", ""},
	{"WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n JOIN guest ON id = i", "valid", ""},

	// The task's tables, each by its name; a partition counts as its table.
	{`SELECT "Stars" FROM "Reviews"`, "valid", ""},
	{`SELECT "Stars" FROM public."Reviews"`, "valid", ""},
	{`SELECT "Stars" FROM Reviews`, "error", "names"},
	{"SELECT day FROM visit", "valid", ""},
	{"SELECT day FROM visit_2025", "valid", ""},
	{"SELECT day FROM hr.visit_2025_01", "valid", ""},
	{"SELECT day FROM log", "error", "names"},
	{"SELECT day FROM log_2025", "error", "names"},
	{"SELECT name FROM animal", "valid", ""},
	{"SELECT name FROM cat", "valid", ""},
	{"SELECT name FROM dog", "error", "names"},
	{"SELECT name FROM staff", "valid", ""},
	{"SELECT city FROM cities", "valid", ""},
	{`SELECT "fullName" FROM people`, "error", "names"},
	{"SELECT name FROM hr.employee", "error", "names"},
	{"SELECT name FROM staff WHERE EXISTS (SELECT 1 FROM hr.employee)", "error", "names"},

	{"", "error", "statement"},
	{"SELECT city FROM guest; DELETE FROM guest", "error", "statement"},
	{"SELECT $q$ open FROM guest", "error", "statement"},
	{"SELECT city FROM guest /* open", "error", "statement"},
	{"SELECT * INTO copied FROM guest", "error", "statement"},
	{"SELECT id INTO TEMP copied FROM guest", "error", "statement"},
	{"CREATE TEMP TABLE copied AS SELECT * FROM guest", "error", "statement"},
	{"SELECT * FROM guest FOR UPDATE", "error", "statement"},
	{"WITH gone AS (DELETE FROM guest RETURNING *) SELECT * FROM gone", "error", "statement"},
	{"WITH a AS (SELECT 1) INSERT INTO guest SELECT 3, 'x', 'y' FROM a", "error", "statement"},
	{"COPY guest TO STDOUT", "error", "statement"},
	{"SET statement_timeout = 0", "error", "statement"},
	{"DO $$ BEGIN NULL; END $$", "error", "statement"},
	{"EXPLAIN SELECT * FROM guest", "error", "statement"},
	{"SELECT city FROM guest WHERE id = $1", "error", "statement"},

	{"SELECT citty FROM guest", "error", "names"},
	{"SELECT * FROM pg_temp.guest", "error", "names"},
	{"SELECT no_such_function(id) FROM guest", "error", "names"},
	{"SELECT * FROM dblink('dbname=postgres', 'SELECT 1') AS t (a int)", "error", "plan"},
	{"SELECT rolpassword FROM pg_authid", "error", "names"},
	{"SELECT pg_backend_pid()", "error", "names"},
	{"VALUES (1), (2)", "error", "names"},

	{"SELECT pg_sleep(60) FROM guest", "error", "plan"},
	{"SELECT id FROM guest TABLESAMPLE SYSTEM (nextval('ticket'))", "error", "plan"},
	{"SELECT id AS tablesample, nextval('ticket') FROM guest", "error", "plan"},
	{"SELECT id AS tablesample FROM guest, pg_sleep(60)", "error", "plan"},
	{"SELECT nextval('ticket') FROM guest", "error", "plan"},
	{"SELECT pg_advisory_lock(id) FROM guest", "error", "plan"},
	{"SELECT lo_create(0) FROM guest", "error", "plan"},
	{"SELECT lo_get(1) FROM guest", "error", "plan"},
	{"SELECT pg_read_file('/etc/passwd') FROM guest", "error", "plan"},
	{"SELECT set_config('search_path', 'hr', false) FROM guest", "error", "plan"},
	{"SELECT city > 5 FROM guest", "error", "plan"},
	{"SELECT 1 / 0 FROM guest", "error", "plan"},

	// What is computed as it is planned: the result is never sent anywhere.
	{"SELECT repeat(repeat('x', 1000), 9000) FROM guest", "too_expensive", "plan"},
	{"SELECT repeat('x', 500000000) FROM guest", "too_expensive", "plan"},
	{"SELECT repeat('x', 2000000000) FROM guest", "too_expensive", "plan"}, // longer than a value can be
	{"SELECT repeat(repeat('x', 1000), 600000) || repeat(repeat('y', 1000), 600000) FROM guest", "too_expensive", "plan"},
	{"SELECT max(repeat(repeat('x', 1000), 9000)) FROM guest", "too_expensive", "plan"},
	{"SELECT id FROM guest WHERE city = repeat(repeat('x', 1000), 9000)", "too_expensive", "plan"},
	{"WITH a AS MATERIALIZED (SELECT repeat(repeat('x', 1000), 9000) AS b, id FROM guest) SELECT id FROM a WHERE b <> ''", "too_expensive", "plan"},

	{"SELECT count(*) FROM guest, generate_series(1, 1000000000000)", "too_expensive", "cost"},

	{"SELECT \"fullName\"::int FROM guest", "error", "run"},
	{"SELECT repeat(repeat('x', 1000), 9000 + id::int)::int FROM guest", "too_expensive", "run"},
	{"WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n, guest", "too_expensive", "run"},
}

// Whoever checks a text by itself is told what the step will make of it, so far
// as that is no matter of seconds.
func TestCheckOneAgreesWithTheStep(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	exec(t, dsn, resort)
	task := validate.Task{Language: events.English, Files: ofTables(t, fstest.MapFS{}, resortTables...)}
	pool, err := stepstest.New(t, dsn, nil).Business(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	alone := make([]events.PairCheck, len(oddities))
	var group errgroup.Group
	group.SetLimit(4)
	for i, o := range oddities {
		group.Go(func() (err error) {
			start := time.Now()
			alone[i], _, err = validate.CheckOne(t.Context(), pool, task, o.sql)
			if took := time.Since(start); took > 4*time.Second {
				t.Errorf("%q: %v", o.sql, took) // somebody waits
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	sqls := make([]string, len(oddities))
	for i, o := range oddities {
		sqls[i] = o.sql
	}
	in := ofTables(t, folder(t, sqls...), resortTables...)
	for i, v := range climbIn(t, dsn, validate.Config{StatementTimeout: time.Second / 2}, in) {
		o := oddities[i]
		if v.Verdict != o.verdict || v.Rung != o.rung {
			t.Errorf("%q: the step makes it %s at %q (%s %s), want %s at %q", o.sql, v.Verdict, v.Rung, v.ErrorType, v.Message, o.verdict, o.rung)
		}
		if one := alone[i]; one.Verdict != v.Verdict || one.Rung != v.Rung || v.Verdict == "error" && (one.ErrorType != v.ErrorType || one.SQLState != v.SQLState) {
			t.Errorf("%q: alone it is %+v, in the step %+v", o.sql, one, v)
		}
	}
}
