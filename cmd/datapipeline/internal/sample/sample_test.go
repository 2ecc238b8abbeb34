package sample_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/sample"
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestFill fills a database once, leaves it alone the second time, and gives
// every table and column a comment.
func TestFill(t *testing.T) {
	dsn := testkit.Postgres(t)
	for range 2 {
		if err := sample.Fill(t.Context(), dsn, events.English); err != nil {
			t.Fatal(err)
		}
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for _, table := range sample.Tables() {
		var rows, uncommented int
		if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&rows); err != nil || rows == 0 {
			t.Errorf("%s has %d rows: %v", table, rows, err)
		}
		if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_attribute a WHERE attrelid = $1::regclass AND attnum > 0
			AND (col_description(attrelid, attnum) IS NULL OR obj_description(attrelid) IS NULL)`, table).Scan(&uncommented); err != nil || uncommented > 0 {
			t.Errorf("%s lacks %d comments: %v", table, uncommented, err)
		}
		t.Log(table, rows)
	}
}
