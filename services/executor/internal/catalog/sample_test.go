package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/mask"
)

// samples reads those of all tables, by table and column.
func samples(t *testing.T, pool *pgxpool.Pool) map[string]TableSample {
	t.Helper()
	found := map[string]TableSample{}
	err := ReadSamples(t.Context(), pool, 4, mask.New(events.MaskData), read(t, pool).Tables, func(s TableSample) { found[s.Table.Name] = s })
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSamplesAreDistinctShortAndOnOneLine(t *testing.T) {
	pool := database(t, `
		CREATE TABLE t (id int PRIMARY KEY, name text, note text, day date, doc jsonb, empty text, raw bytea, words tsvector);
		INSERT INTO t VALUES (1, 'Ann', E'two\n\tlines', '2024-01-01', '{"a": 1}', NULL, 'x', 'x'),
			(2, 'Ann', repeat('长', 500), '2024-01-01', NULL, '', 'x', 'x'),
			(3, 'Bob', NULL, '2024-01-02', (SELECT jsonb_agg(md5(n::text)) FROM generate_series(1, 300) n), NULL, 'x', 'x')`)
	got := samples(t, pool)["t"].Columns
	want := map[string][]string{
		"id": {"1", "2"}, "name": {"Ann", "Bob"}, "note": {"two lines", strings.Repeat("长", maxShownRunes) + "…"},
		"day": {"2024-01-01", "2024-01-02"}, "doc": {`{"a": 1}`},
	}
	for name, s := range got {
		if !slices.Equal(s.Examples, want[name]) || s.Values != nil {
			t.Errorf("%s: %q %q, want %q", name, s.Examples, s.Values, want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("samples of %d columns, want %d", len(got), len(want))
	}
}

func TestEnumerationsAreFoundInValues(t *testing.T) {
	pool := database(t, `
		CREATE TABLE kind (name text PRIMARY KEY);
		INSERT INTO kind VALUES ('a'), ('b');
		CREATE TABLE t (status text, grade smallint, kind text REFERENCES kind, many text, free text, amount int);
		INSERT INTO t SELECT CASE WHEN n % 3 = 0 THEN 'new' ELSE 'paid' END, n % 4, 'a', 'v' || n % 11,
			repeat(chr(65 + n % 3), 50), n % 2 FROM generate_series(1, 200) n`)
	got := samples(t, pool)["t"].Columns
	for name, want := range map[string][]string{
		"status": {"paid", "new"}, "grade": {"0", "1", "2", "3"}, "kind": nil, "many": nil, "free": nil, "amount": nil,
	} {
		if !slices.Equal(got[name].Values, want) {
			t.Errorf("%s: %q, want %q", name, got[name].Values, want)
		}
	}
}

func TestSecretsAreNeverRead(t *testing.T) {
	pool := database(t, `
		CREATE TABLE t (password text, user_passwd text, "apiKey" text, "AccessToken" text, pwd text, x1 text, x2 text,
			x3 text, x4 text, compass text, mapping text);
		COMMENT ON COLUMN t.x1 IS '登录密码';
		INSERT INTO t VALUES ('p', 'p', 'p', 'p', 'p', 'p', '$2b$12$abcdefghijklmnopqrstuv',
			'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x', 'postgres://u:p@host/db', 'north', 'flat')`)
	var got []string
	for name := range samples(t, pool)["t"].Columns {
		got = append(got, name)
	}
	if slices.Sort(got); !slices.Equal(got, []string{"compass", "mapping"}) {
		t.Errorf("samples of %v", got)
	}
}

func TestLargeTablesAreSampledAllOverAndAlwaysAlike(t *testing.T) {
	pool := database(t, `
		CREATE TABLE t (id int, filler text);
		INSERT INTO t SELECT n, repeat('x', 100) FROM generate_series(1, 40000) n;
		ANALYZE t`)
	table := newTarget(read(t, pool).Tables[0])
	if sql := table.sampleSQL(maxRows); !strings.Contains(sql, "TABLESAMPLE") {
		t.Fatal(sql)
	}
	first := samples(t, pool)["t"].Columns
	if len(first["id"].Examples) != MaxExamples {
		t.Fatalf("samples %v", first)
	}
	run(t, pool, "DELETE FROM t WHERE id % 1000 = 999; ANALYZE t")
	if again := samples(t, pool)["t"].Columns; fmt.Sprint(first["filler"]) != fmt.Sprint(again["filler"]) {
		t.Errorf("samples %v, then %v", first, again)
	}
}

func TestATableThatRefusesDoesNotStopTheOthers(t *testing.T) {
	pool := database(t, `
		CREATE TABLE a (n int);
		CREATE TABLE b (n int);
		CREATE TABLE c (n int);
		INSERT INTO a VALUES (1); INSERT INTO c VALUES (3)`)
	tables := read(t, pool).Tables
	run(t, pool, "DROP TABLE b")
	got := map[string]TableSample{}
	if err := ReadSamples(t.Context(), pool, 1, mask.New(events.MaskData), tables, func(s TableSample) { got[s.Table.Name] = s }); err != nil {
		t.Fatal(err)
	}
	var server *pgconn.PgError
	if !errors.As(got["b"].Err, &server) || server.Code != "42P01" {
		t.Errorf("b: %v", got["b"].Err)
	}
	for name, want := range map[string]string{"a": "1", "c": "3"} {
		if s := got[name]; s.Err != nil || s.Columns["n"].Examples[0] != want {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestALockedTableIsGivenUp(t *testing.T) {
	pool := database(t, "CREATE TABLE t (n int)")
	tables := read(t, pool).Tables
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	if _, err := tx.Exec(t.Context(), "LOCK TABLE t"); err != nil {
		t.Fatal(err)
	}
	var got error
	if err := ReadSamples(t.Context(), pool, 1, mask.New(events.MaskData), tables, func(s TableSample) { got = s.Err }); err != nil {
		t.Fatal(err)
	}
	var server *pgconn.PgError
	if !errors.As(got, &server) || server.Code != "55P03" {
		t.Errorf("a locked table says %v", got)
	}
}

func TestSamplingEndsWithItsContextAndItsDatabase(t *testing.T) {
	pool := database(t, "CREATE TABLE t (n int)")
	tables := read(t, pool).Tables
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ReadSamples(ctx, pool, 2, mask.New(events.MaskData), tables, func(TableSample) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	pool.Close()
	if err := ReadSamples(t.Context(), pool, 2, mask.New(events.MaskData), tables, func(TableSample) {}); err == nil {
		t.Error("a closed pool is no error")
	}
}
