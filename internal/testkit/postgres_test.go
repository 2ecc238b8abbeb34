package testkit_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestPostgresGivesEachCallItsOwnEmptyDatabase(t *testing.T) {
	first, second := testkit.Postgres(t), testkit.Postgres(t)
	if first == second {
		t.Fatalf("both calls gave %s", first)
	}
	for _, dsn := range []string{first, second} {
		conn, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(t.Context()) }()
		if _, err := conn.Exec(t.Context(), "CREATE TABLE t (x int)"); err != nil {
			t.Fatal(err)
		}
		var encoding, collate string
		row := conn.QueryRow(t.Context(), "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()")
		if err := row.Scan(&encoding, &collate); err != nil {
			t.Fatal(err)
		}
		if encoding != "UTF8" || collate != "C" {
			t.Errorf("encoding %s, collation %s", encoding, collate)
		}
	}
}
