package catalog

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// many are as many tables as are read over two connections.
const many = `DO $$ BEGIN FOR n IN 1..200 LOOP
	EXECUTE format('CREATE TABLE t%1$s (id int PRIMARY KEY, a int DEFAULT %1$s CHECK (a > 0)); CREATE INDEX ON t%1$s (a)', n);
END LOOP; END $$`

// before runs something before every query that contains a text.
type before struct {
	text string
	do   func()
}

func (b before) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Contains(q.SQL, b.text) {
		b.do()
	}
	return ctx
}

func (before) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func pool(t *testing.T, config *pgxpool.Config) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestManyTablesAreReadAsOfOneMoment(t *testing.T) {
	admin := database(t, many)
	config, second := admin.Config(), 0
	config.ConnConfig.Tracer = before{"SET TRANSACTION SNAPSHOT", func() {
		second++
		run(t, admin, "ALTER TABLE t1 ADD late int CHECK (late > 0)")
	}}
	got := table(t, read(t, pool(t, config)), "public", "t1")
	if len(got.Columns) != 2 || len(got.Checks) != 1 || second != 1 {
		t.Errorf("columns %v, checks %v, read over %d more connections", got.Columns, got.Checks, second)
	}
}

func TestManyTablesAreReadTheSameOverOneConnection(t *testing.T) {
	admin := database(t, many)
	want := read(t, admin)
	one := admin.Config()
	one.MaxConns = 1
	limited := admin.Config()
	limited.ConnConfig.User, limited.ConnConfig.Password = "catalog_one", "one"
	run(t, admin, "CREATE ROLE catalog_one LOGIN PASSWORD 'one' CONNECTION LIMIT 1; GRANT pg_read_all_data TO catalog_one")
	t.Cleanup(func() {
		if _, err := admin.Exec(context.WithoutCancel(t.Context()), "DROP ROLE catalog_one"); err != nil {
			t.Error(err)
		}
	})
	for name, config := range map[string]*pgxpool.Config{"a pool of one": one, "a role with one": limited} {
		start := time.Now()
		got := read(t, pool(t, config))
		if !reflect.DeepEqual(got, want) || time.Since(start) > 3*patience {
			t.Errorf("%s: other results, or only after %v", name, time.Since(start))
		}
	}
}
