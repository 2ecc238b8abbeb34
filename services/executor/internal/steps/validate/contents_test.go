package validate_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func connectBackground(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// contents is everything a write to a database could change: the rows of every
// table, the positions of sequences, and the catalogue.
func contents(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	rows, err := conn.Query(t.Context(), `
SELECT format('%I.%I', n.nspname, c.relname), c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'S') AND (n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  OR c.relname IN ('pg_class', 'pg_proc', 'pg_attribute', 'pg_constraint', 'pg_authid', 'pg_db_role_setting', 'pg_rewrite', 'pg_type',
    'pg_largeobject', 'pg_largeobject_metadata', 'pg_extension', 'pg_namespace', 'pg_database', 'pg_index', 'pg_depend'))
ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Name, Kind string }])
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, n := range names {
		var count int
		var hash string
		// Statistics of pg_class change by themselves.
		columns := "t::text"
		switch {
		case n.Kind == "S":
			columns = "concat_ws(' ', last_value, log_cnt, is_called)"
		case n.Name == "pg_catalog.pg_class":
			columns = "concat_ws(' ', oid, relname, relnamespace, relowner, relfilenode, relacl, relkind)"
		}
		err := conn.QueryRow(t.Context(), fmt.Sprintf(`SELECT count(*), coalesce(md5(string_agg(x, E'\n' ORDER BY x)), '') FROM (SELECT %s AS x FROM %s t) AS rows`, columns, n.Name)).Scan(&count, &hash)
		if err != nil {
			t.Fatalf("%s: %v", n.Name, err)
		}
		fmt.Fprintf(&b, "%s %d %s\n", n.Name, count, hash)
	}
	return b.String()
}
