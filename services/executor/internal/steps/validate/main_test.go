package validate_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const pairFile = "qs_shop_20250701_143052_pair.json"

// folder is what qa_generation leaves: a pair per SQL, asking for it by number.
func folder(tb testing.TB, sqls ...string) fstest.MapFS {
	tb.Helper()
	type pair struct {
		Question string `json:"question"`
		SQL      string `json:"sql"`
	}
	list := make([]pair, len(sqls))
	for i, sql := range sqls {
		list[i] = pair{"question " + strings.Repeat(string(rune('A'+i%26)), 1+i/26), sql} // each its own
	}
	data, err := json.Marshal(list)
	if err != nil {
		tb.Fatal(err)
	}
	return fstest.MapFS{pairFile: {Data: data}}
}

func exec(tb testing.TB, dsn string, statements ...string) {
	tb.Helper()
	conn := connect(tb, dsn)
	for _, sql := range statements {
		if _, err := conn.Exec(tb.Context(), sql); err != nil {
			tb.Fatalf("%s: %v", sql, err)
		}
	}
}

func connect(tb testing.TB, dsn string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), dsn)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// shop is a business database.
func shop(tb testing.TB) (dsn string) {
	tb.Helper()
	dsn = testkit.Postgres(tb)
	exec(tb, dsn, `
CREATE SCHEMA hr;
CREATE SEQUENCE ticket;
CREATE TABLE guest (id bigint PRIMARY KEY, "fullName" text NOT NULL, city text);
CREATE TABLE demo_booking (id bigint PRIMARY KEY, guest_id bigint REFERENCES guest, status text, booked_on date, amount numeric);
CREATE TABLE hr.employee (id int PRIMARY KEY, name text, salary numeric);
INSERT INTO guest VALUES (1, 'Ada', 'London'), (2, 'Bo', '上海');
INSERT INTO demo_booking VALUES (1, 1, 'paid', '2025-01-01', 10), (2, 2, 'void', '2025-01-02', 20);
INSERT INTO hr.employee VALUES (1, 'Eve', 100);`)
	return dsn
}

func readPairs(t *testing.T, fsys fstest.MapFS, name string) []pairs.Pair {
	t.Helper()
	list, err := pairs.Read(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// verdict is an entry of the report.
type verdict struct {
	Number          int
	Question, SQL   string
	RepairedSQL     string `json:"repaired_sql"`
	SuggestedSQL    string `json:"suggested_sql"`
	Valid           bool
	Verdict, Rung   string
	Diff            string
	DuplicateOf     int    `json:"duplicate_of"`
	RepairedVerdict string `json:"repaired_verdict"`
	PairID          string `json:"pair_id"`
	ErrorType       string `json:"error_type"`
	SQLState        string
	Message         string
	RepairAttempted bool `json:"repair_attempted"`
}

func report(t *testing.T, text string) []verdict {
	t.Helper()
	var r struct{ Pairs []verdict }
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return r.Pairs
}
