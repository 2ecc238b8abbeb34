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
CREATE PROCEDURE wipe() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM demo_booking; COMMIT; END $$;
CREATE VIEW booking_view AS SELECT * FROM demo_booking;
CREATE RULE on_update AS ON UPDATE TO booking_view DO INSTEAD DELETE FROM demo_booking;
CREATE RULE on_insert AS ON INSERT TO booking_view DO INSTEAD SELECT 1 AS id, 2::bigint, 'x', current_date, 1::numeric;
CREATE MATERIALIZED VIEW booking_sum AS SELECT sum(amount) FROM demo_booking;
`

// hostile returns pairs that try to change something, and the error_type with
// which each is refused.
func hostile(file string, victim int32) map[string]string {
	const sql, no, writes, volatile = "sql_error", "not_a_query", "query_writes", "volatile_function"
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
	"SELECT lie_lock()",    // planning locks, the session is closed
	"SELECT lie_setting()", // rolled back
	"SELECT lie_lo()",      // rolled back, or refused by newer servers
	"SELECT count(*) FROM guest -- ; DROP TABLE guest",
	"(SELECT 1) UNION ALL (SELECT 2);",
	"VALUES (1), (2)",
	"TABLE guest",
	"WITH a AS (SELECT * FROM guest) SELECT count(*) FROM a WHERE city = '; DELETE FROM guest'",
	"SELECT random(), now(), clock_timestamp()",
}

// Whoever runs it, and whatever the sessions are like, nothing that a pair
// holds changes the database.
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
			if _, err := validate.New(validate.Config{StatementTimeout: 5 * time.Second}).Run(t.Context(), run.Run); err != nil {
				t.Fatal(err)
			}
			if after := contents(t, admin); after != before {
				t.Errorf("the database changed from\n%s\nto\n%s", before, after)
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
				if !refused && !v.Valid && v.SQL != "SELECT lie_lo()" {
					t.Errorf("%.80q: %s", v.SQL, v.Message)
				}
			}
		})
	}
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
