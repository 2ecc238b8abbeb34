package testkit_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/internal/testkit"
)

func TestSharedPostgresIsMadeOnceAndNotWrittenTo(t *testing.T) {
	const sql = "CREATE TABLE t AS SELECT 7 AS x -- a comment"
	first, second := testkit.SharedPostgres(t, sql), testkit.SharedPostgres(t, sql)
	if other := testkit.SharedPostgres(t, "CREATE TABLE t ()"); first != second || first == other {
		t.Errorf("%s, %s, %s", first, second, other)
	}
	conn, err := pgx.Connect(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var x int
	if err := conn.QueryRow(t.Context(), "SELECT x FROM t").Scan(&x); err != nil || x != 7 {
		t.Errorf("%d, %v", x, err)
	}
	if _, err := conn.Exec(t.Context(), "DROP TABLE t"); err == nil {
		t.Error("a shared database was written to")
	}
}
