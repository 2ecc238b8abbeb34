package validate_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// traps are functions that lie about what they do, so that planning runs them,
// and things a pair may use against the database.
const traps = `
CREATE FUNCTION lie_insert() RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  $$ BEGIN EXECUTE 'SELECT insert_guest()'; RETURN 1; END $$;
CREATE FUNCTION insert_guest() RETURNS int VOLATILE LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO guest VALUES (99, 'lie', 'x'); RETURN 1; END $$;
CREATE FUNCTION lie_mode() RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  $$ BEGIN PERFORM set_config('transaction_read_only', 'off', false); EXECUTE 'SELECT insert_guest()'; RETURN 1; END $$;
CREATE FUNCTION lie_nextval() RETURNS bigint STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN nextval('ticket'); END $$;
CREATE FUNCTION lie_commit() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN COMMIT; RETURN 1; END $$;
CREATE FUNCTION lie_lock() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_lock(4711); RETURN 1; END $$;
CREATE FUNCTION lie_setting() RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  $$ BEGIN PERFORM set_config('search_path', 'hr', false), set_config('default_transaction_read_only', 'off', false); RETURN 1; END $$;
CREATE FUNCTION lie_lo() RETURNS oid IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN lo_create(0); END $$;
CREATE FUNCTION quiet_insert() RETURNS int STABLE LANGUAGE plpgsql AS
  $$ BEGIN EXECUTE 'SELECT insert_guest()'; RETURN 1; EXCEPTION WHEN OTHERS THEN RETURN 0; END $$;
CREATE FUNCTION row_mode(id bigint) RETURNS int STABLE LANGUAGE plpgsql AS
  $$ BEGIN PERFORM set_config('transaction_read_only', 'off', false); EXECUTE 'SELECT insert_guest()'; RETURN 1; END $$;
CREATE FUNCTION row_setting(id bigint) RETURNS int STABLE LANGUAGE plpgsql AS
  $$ BEGIN PERFORM set_config('search_path', 'hr', false), set_config('default_transaction_read_only', 'off', false),
    set_config('statement_timeout', '0', false); RETURN 1; END $$;
CREATE FUNCTION row_lock(id bigint) RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_lock(id); RETURN 1; END $$;
CREATE FUNCTION row_notify(id bigint) RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('stolen', 'x'); RETURN 1; END $$;
CREATE FUNCTION do_prepare(id bigint) RETURNS int VOLATILE LANGUAGE plpgsql AS
  $$ BEGIN EXECUTE 'PREPARE stolen_' || id || ' AS DELETE FROM demo_booking'; RETURN 1; END $$;
CREATE FUNCTION row_prepare(id bigint) RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT do_prepare($1)' USING id; RETURN 1; END $$;
CREATE FUNCTION row_execute(id bigint) RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'EXECUTE stolen_' || id; RETURN 1; END $$;
CREATE FUNCTION row_temp(id bigint) RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE TEMP TABLE guest AS SELECT 1 AS id'; RETURN 1; END $$;
CREATE FUNCTION row_lo(id bigint) RETURNS oid STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN lo_create(0); END $$;
CREATE FUNCTION row_loop(id bigint) RETURNS int STABLE LANGUAGE plpgsql AS
  $$ BEGIN PERFORM set_config('statement_timeout', '0', true); LOOP END LOOP; END $$;
CREATE FUNCTION plan_limit() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('statement_timeout', '0', true); RETURN 1; END $$;
CREATE FUNCTION touched(guest) RETURNS int VOLATILE LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
CREATE PROCEDURE wipe() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM demo_booking; COMMIT; END $$;
CREATE VIEW booking_view AS SELECT * FROM demo_booking;
CREATE RULE on_update AS ON UPDATE TO booking_view DO INSTEAD DELETE FROM demo_booking;
CREATE RULE on_insert AS ON INSERT TO booking_view DO INSTEAD SELECT 1 AS id, 2::bigint, 'x', current_date, 1::numeric;
CREATE MATERIALIZED VIEW booking_sum AS SELECT sum(amount) FROM demo_booking;
`

// hostile returns pairs that try to change something, and the error_type with
// which each is refused.
func hostile(file string, victim int32) map[string]string {
	const sql, no, writes, volatile, unchecked = "sql_error", "not_a_query", "query_writes", "volatile_function", "unchecked_function"
	const cost, slow = "cost_over_limit", "run_timed_out"
	return map[string]string{
		// more than one statement
		"SELECT 1; DROP TABLE demo_booking":                                           sql,
		"SELECT 1; DROP TABLE demo_booking; --":                                       sql,
		"SELECT 1\n;\nCOMMIT; BEGIN READ WRITE; DELETE FROM demo_booking; COMMIT":     sql,
		"COMMIT; BEGIN READ WRITE; DELETE FROM demo_booking; COMMIT":                  no,
		"; DELETE FROM demo_booking":                                                  no,
		"/* SELECT */ DELETE FROM demo_booking":                                       no,
		"SELECT 1 /* ; */; DELETE FROM demo_booking":                                  sql,
		"SELECT 'a''; DELETE FROM demo_booking; --' ; DELETE FROM demo_booking":       sql,
		`SELECT 'a\'; DELETE FROM demo_booking; --'`:                                  sql,
		"SELECT $a$ x $a$; DELETE FROM demo_booking":                                  sql,
		"SELECT 1; SET default_transaction_read_only = off; DELETE FROM demo_booking": sql,
		"SELECT 1 AS a FROM guest /* */ ; ; ; TRUNCATE demo_booking":                  sql,
		"SELECT 1)); DELETE FROM demo_booking; --":                                    sql,
		// options and statements behind EXPLAIN
		"ANALYZE DELETE FROM demo_booking":                       no,
		"(ANALYZE) DELETE FROM demo_booking":                     no,
		"(ANALYZE true) SELECT lo_create(0)":                     no,
		"VERBOSE DELETE FROM demo_booking":                       no,
		"EXPLAIN ANALYZE DELETE FROM demo_booking":               no,
		"EXPLAIN (ANALYZE) SELECT nextval('ticket')":             no,
		"EXECUTE stolen":                                         no,
		"PREPARE stolen AS DELETE FROM demo_booking":             no,
		"DECLARE c CURSOR FOR SELECT 1":                          no,
		"CREATE TABLE stolen AS SELECT * FROM guest":             no,
		"CREATE MATERIALIZED VIEW stolen AS SELECT * FROM guest": no,
		"REFRESH MATERIALIZED VIEW booking_sum":                  no,
		// statements that are not queries
		"DELETE FROM demo_booking":                                                 no,
		"INSERT INTO guest VALUES (3, 'x', 'y') RETURNING *":                       no,
		"UPDATE booking_view SET amount = 0":                                       no,
		"MERGE INTO guest g USING guest h ON g.id = h.id WHEN MATCHED THEN DELETE": no,
		"TRUNCATE demo_booking":                                                    no,
		"CALL wipe()":                                                              no,
		"DO $$ BEGIN DELETE FROM demo_booking; END $$":                             no,
		"COPY guest TO PROGRAM 'touch " + file + "'":                               no,
		"COPY (SELECT 1) TO '" + file + "'":                                        no,
		"LOCK TABLE guest":                                                         no,
		"VACUUM":                                                                   no,
		"NOTIFY stolen":                                                            no,
		"SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE":                    no,
		"SET transaction_read_only = off":                                          no,
		"RESET ALL":                                                                no,
		"DISCARD ALL":                                                              no,
		"ALTER SYSTEM SET work_mem = '1GB'":                                        no,
		"ALTER ROLE CURRENT_USER SET default_transaction_read_only = off":          no,
		"GRANT ALL ON guest TO PUBLIC":                                             no,
		"LISTEN stolen":                                                            no,
		"SHOW ALL":                                                                 no,
		"LOAD 'auto_explain'":                                                      no,
		"SAVEPOINT a":                                                              no,
		"ROLLBACK":                                                                 no,
		// queries that change data
		"WITH gone AS (DELETE FROM demo_booking RETURNING *) SELECT * FROM gone":           sql,
		"WITH a AS (SELECT 1) INSERT INTO guest SELECT 5, 'x', 'y' FROM a RETURNING id":    sql,
		"WITH a AS (SELECT 1) DELETE FROM demo_booking RETURNING id":                       sql,
		"WITH a AS (SELECT 1) UPDATE guest SET city = 'x'":                                 sql,
		"WITH a AS (WITH b AS (UPDATE guest SET city = 'x' RETURNING id) TABLE b) TABLE a": sql,
		"WITH a AS (SELECT 1) INSERT INTO booking_view SELECT 5, 1, 'x', NULL, 1 FROM a":   sql,
		"SELECT * INTO stolen FROM guest":                                                  sql,
		"SELECT 1 AS a INTO TEMP stolen":                                                   sql,
		"WITH a AS (SELECT 1 AS b) SELECT * INTO UNLOGGED stolen FROM a":                   sql,
		"SELECT * FROM guest FOR UPDATE":                                                   writes,
		"SELECT * FROM guest g WHERE EXISTS (SELECT 1 FROM guest h FOR SHARE)":             writes,
		"TABLE guest FOR NO KEY UPDATE":                                                    writes,
		// functions
		"SELECT nextval('ticket')":                                                 volatile,
		"SELECT setval('ticket', 1000)":                                            volatile,
		"SELECT pg_catalog . \"setval\" ('ticket', 1000)":                          volatile,
		"SELECT set_config('transaction_read_only', 'off', true)":                  volatile,
		"SELECT set_config('transaction_read_only', 'off', false), insert_guest()": volatile,
		"SELECT insert_guest()":                                                    volatile,
		"SELECT * FROM guest WHERE id = insert_guest()":                            volatile,
		"SELECT lo_create(0)":                                                      volatile,
		"SELECT lo_from_bytea(0, 'x')":                                             volatile,
		"SELECT pg_advisory_lock(1)":                                               volatile,
		"SELECT pg_notify('a', 'b')":                                               volatile,
		"SELECT pg_sleep(30)":                                                      volatile,
		"SELECT pg_reload_conf()":                                                  volatile,
		"SELECT query_to_xml('DELETE FROM demo_booking', true, true, '')":          volatile,
		fmt.Sprintf("SELECT pg_terminate_backend(%d)", victim):                     volatile,
		"VALUES (nextval('ticket'))":                                               volatile,
		"SELECT lie_insert()":                                                      sql,
		"SELECT * FROM guest WHERE id = lie_insert()":                              sql,
		"SELECT lie_mode()":                                                        sql,
		"SELECT lie_nextval() FROM guest WHERE id = lie_nextval()":                 sql,
		"SELECT lie_commit()":                                                      sql,
		// functions that lie about themselves, and run only where rows are
		"SELECT row_mode(id) FROM guest":    sql,
		"SELECT row_execute(id) FROM guest": sql,
		"SELECT row_temp(id) FROM guest":    sql,
		"SELECT row_loop(id) FROM guest":    slow,
		"SELECT plan_limit(), count(*) FROM generate_series(1, 10000000::numeric) a, guest": slow,
		"SELECT g.touched FROM guest g":                  volatile, // a call without a parenthesis
		"SELECT (SELECT h FROM guest h LIMIT 1).touched": volatile,
		// functions that run what no plan shows
		"SELECT * FROM ts_stat('SELECT insert_guest()::text::tsvector')": "*",
		"SELECT table_to_xml('guest', true, true, '')":                   unchecked,
		"SELECT database_to_xml(true, true, '')":                         unchecked,
		"SELECT txid_current()":                                          unchecked,
		// files, servers, sessions
		"SELECT pg_read_file('/etc/passwd')":  volatile,
		"SELECT pg_ls_dir('/')":               volatile,
		"SELECT lo_export(1, '" + file + "')": volatile,
		"SELECT lo_import('/etc/passwd')":     volatile,
		"SELECT pg_switch_wal()":              volatile,
		"SELECT pg_stat_reset()":              volatile,
		"SELECT pg_export_snapshot()":         volatile,
		"SELECT pg_try_advisory_xact_lock(1)": volatile,
		// much of everything
		"SELECT count(*) FROM guest, generate_series(1, 1000000000000)":                                     cost,
		"SELECT count(*) FROM guest, generate_series(1, 1000000000000::numeric)":                            slow,
		"WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i FROM n) SELECT sum(i) FROM n, guest":         slow,
		"WITH RECURSIVE n AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM n) SELECT max(length(s)) FROM n": "*",
		"SELECT * FROM guest WHERE city = repeat(repeat('x', 1000), 9000)":                                  "answer_too_large",
		// texts that are meant to confuse
		"SELECT 1\x00; DELETE FROM demo_booking": "nul_character",
		"":                                       "empty_sql",
		" ; -- nothing":                          "empty_sql",
		"SELECT 'open":                           sql,
		"SELECT 1 /* open":                       sql,
		"SELECT $open$ 1":                        sql,
		`SELECT "open`:                           sql,
		"SELECT \\! touch " + file:               sql,
		"\\copy guest to '" + file + "'":         no,
		"SELECT * FROM guest WHERE id = $1":      "sql_has_parameters",
		"SELECT FROM guest":                      no,
		"SELECT " + strings.Repeat("(", 60_000):  sql,
		"SELECT 1" + strings.Repeat(" ", validate.MaxSQL):                                                          "sql_too_long",
		"SELECT 1 EXCEPT (" + strings.Repeat("SELECT 1 EXCEPT (", 3_000) + "SELECT 1" + strings.Repeat(")", 3_001): "*",
	}
}

// harmless pairs use the same means and change nothing.
var harmless = []string{
	"SELECT lie_lock() FROM guest",    // planning locks, the session is closed
	"SELECT lie_setting() FROM guest", // rolled back
	"SELECT lie_lo() FROM guest",      // rolled back, or refused by newer servers
	"SELECT quiet_insert() FROM guest",
	"SELECT row_setting(id) FROM guest",
	"SELECT row_lock(id) FROM guest",
	"SELECT row_notify(id) FROM guest",
	"SELECT row_prepare(id) FROM guest",
	"SELECT row_lo(id) FROM guest",
	"SELECT repeat(repeat('x', 1000), 9000 + id::int) AS much FROM guest", // stays with the server
	"SELECT i FROM guest, generate_series(1, 500000) i",
	"SELECT count(*) FROM guest -- ; DROP TABLE guest",
	"(SELECT 1) UNION ALL (SELECT id FROM guest);",
	"VALUES ((SELECT count(*) FROM guest)), (2)",
	"TABLE guest",
	"WITH a AS (SELECT * FROM guest) SELECT count(*) FROM a WHERE city = '; DELETE FROM guest'",
	"SELECT random(), now(), clock_timestamp() FROM guest",
}

// Whoever runs it, and whatever the sessions are like, nothing that a pair
// holds changes the database. Nothing runs beside it: it looks at what all
// databases of a server have in common, too.
func TestNoPairWrites(t *testing.T) {
	for _, role := range []string{"superuser", "owner"} {
		t.Run(role, func(t *testing.T) {
			dsn := shop(t)
			exec(t, dsn, traps)
			admin := connect(t, dsn)
			if role == "owner" {
				dsn = ownedBy(t, dsn, fmt.Sprintf("owner_%d", time.Now().UnixNano()))
			}
			victim := connect(t, dsn)
			file := filepath.Join(t.TempDir(), "stolen")
			expected := hostile(file, int32(victim.PgConn().PID()))
			sqls := append([]string{}, harmless...)
			for sql := range expected {
				sqls = append(sqls, sql)
			}

			before := contents(t, admin)
			run := stepstest.New(t, dsn, folder(t, sqls...))
			run.Business = unguarded(t, dsn)
			listener := connect(t, admin.Config().ConnString())
			if _, err := listener.Exec(t.Context(), "LISTEN stolen"); err != nil {
				t.Fatal(err)
			}
			if _, err := validate.New(validate.Config{StatementTimeout: time.Second / 2}).Run(t.Context(), run.Run); err != nil {
				t.Fatal(err)
			}
			if after := contents(t, admin); after != before {
				t.Errorf("the database changed from\n%s\nto\n%s", before, after)
			}
			if left := leftBehind(t, admin); left != "" {
				t.Errorf("left in the server: %s", left)
			}
			heard, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if n, err := listener.WaitForNotification(heard); err == nil {
				t.Errorf("somebody was told %v", n)
			}
			if err := victim.Ping(t.Context()); err != nil {
				t.Errorf("a session was ended: %v", err)
			}
			if _, err := os.Stat(file); !os.IsNotExist(err) {
				t.Errorf("a file was written: %v", err)
			}
			for _, v := range report(t, run.Files.Text("sql_validation_20250701_143052_report.json")) {
				want, refused := expected[v.SQL]
				if v.Valid && refused || refused && v.ErrorType != want && want != "*" {
					t.Errorf("%.80q: valid %v, %s (%s), want %s", v.SQL, v.Valid, v.ErrorType, v.Message, want)
				}
				if !refused && !v.Valid && v.SQL != "SELECT lie_lo() FROM guest" && v.SQL != "SELECT row_lo(id) FROM guest" {
					t.Errorf("%.80q: %s", v.SQL, v.Message)
				}
			}
		})
	}
}

// leftBehind is what sessions hold of the pairs once the step is over: locks
// that outlive transactions, and queries that still run.
func leftBehind(t *testing.T, conn *pgx.Conn) (left string) {
	t.Helper()
	err := conn.QueryRow(t.Context(), `SELECT concat_ws('; ',
		(SELECT string_agg(objid::text, ', ') FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())),
		(SELECT string_agg(query, ', ') FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'))`).Scan(&left)
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// unguarded opens a pool whose sessions have none of the settings that make a
// business database read-only, and checks that pairs leave them as they were.
func unguarded(t *testing.T, dsn string) func(context.Context) (*pgxpool.Pool, error) {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	cfg.MaxConns = 5
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer pool.Close()
		for _, conn := range pool.AcquireAllIdle(context.Background()) {
			var path, readOnly string
			var locks int
			err := conn.QueryRow(context.Background(), `SELECT current_setting('search_path'), current_setting('default_transaction_read_only'),
				(SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory')`).Scan(&path, &readOnly, &locks)
			if err != nil || path != `"$user", public` || readOnly != "off" || locks != 0 {
				t.Errorf("a session is left with search_path %s, read-only %s, %d locks, %v", path, readOnly, locks, err)
			}
			conn.Release()
		}
	})
	return func(context.Context) (*pgxpool.Pool, error) { return pool, nil }
}

// ownedBy gives everything to a role that is no superuser.
func ownedBy(t *testing.T, dsn, role string) string {
	t.Helper()
	exec(t, dsn, "CREATE ROLE "+role+" LOGIN PASSWORD 'own'", `
DO $$ DECLARE o record; BEGIN
  FOR o IN SELECT format('ALTER %s %s OWNER TO `+role+`', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, c.oid::regclass) AS sql
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('public', 'hr') AND relkind IN ('r', 'S', 'v', 'm')
  LOOP EXECUTE o.sql; END LOOP;
  FOR o IN SELECT format('ALTER ROUTINE %s OWNER TO `+role+`', p.oid::regprocedure) AS sql FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
  LOOP EXECUTE o.sql; END LOOP;
END $$`, "ALTER SCHEMA public OWNER TO "+role, "ALTER SCHEMA hr OWNER TO "+role)
	t.Cleanup(func() {
		conn := connectBackground(t, dsn)
		defer func() { _ = conn.Close(context.Background()) }()
		if _, err := conn.Exec(context.Background(), "REASSIGN OWNED BY "+role+" TO CURRENT_USER; DROP OWNED BY "+role+"; DROP ROLE "+role); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "own")
	return u.String()
}
