package catalog

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// database makes a database, runs SQL in it and returns a pool on it.
func database(t *testing.T, sql string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), testkit.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	run(t, pool, sql)
	return pool
}

func run(t *testing.T, pool *pgxpool.Pool, sql string) {
	t.Helper()
	err := pool.AcquireFunc(t.Context(), func(c *pgxpool.Conn) error {
		_, err := c.Conn().PgConn().Exec(t.Context(), sql).ReadAll()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, db DB, names ...Name) *Schema {
	t.Helper()
	schema, err := Read(t.Context(), db, names)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func table(t *testing.T, s *Schema, schema, name string) *Table {
	t.Helper()
	for _, table := range s.Tables {
		if table.FullName() == (Name{schema, name}) {
			return table
		}
	}
	t.Fatalf("no table %s.%s", schema, name)
	return nil
}

func column(t *testing.T, s *Table, name string) Column {
	t.Helper()
	c := s.Column(name)
	if c == nil {
		t.Fatalf("no column %s in %s", name, s.FullName())
	}
	return *c
}

// counting counts the messages of a connection that wait for an answer.
type counting struct{ trips int }

func (c *counting) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.trips++
	return ctx
}

func (c *counting) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (c *counting) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	c.trips++
	return ctx
}

func (c *counting) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (c *counting) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// simple runs a query by the simple protocol and returns its one value.
func simple(t *testing.T, pool *pgxpool.Pool, sql string) (value string, err error) {
	t.Helper()
	err = pool.AcquireFunc(t.Context(), func(c *pgxpool.Conn) error {
		results, err := c.Conn().PgConn().Exec(t.Context(), sql).ReadAll()
		if err == nil {
			value = string(results[0].Rows[0][0])
		}
		return err
	})
	return value, err
}
