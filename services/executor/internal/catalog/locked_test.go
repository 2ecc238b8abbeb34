package catalog

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// lock holds a lock on a table against readers until the test is over.
func lock(t *testing.T, pool *pgxpool.Pool, table string) {
	t.Helper()
	conn, err := pgx.ConnectConfig(t.Context(), pool.Config().ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) }) // which ends the transaction
	if _, err := conn.Exec(t.Context(), "BEGIN; LOCK TABLE "+table); err != nil {
		t.Fatal(err)
	}
}

// hasty is a pool whose sessions wait a moment for a lock.
func hasty(t *testing.T, pool *pgxpool.Pool) *pgxpool.Pool {
	t.Helper()
	config := pool.Config()
	config.ConnConfig.RuntimeParams["lock_timeout"] = "50"
	hasty, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hasty.Close)
	return hasty
}

func TestALockedTableIsLeftOutWithItsViews(t *testing.T) {
	pool := database(t, `
		CREATE TABLE orders (id int, amount int CHECK (amount > 0));
		CREATE TABLE free (id int);
		CREATE TABLE parts (id int) PARTITION BY RANGE (id);
		CREATE TABLE parts_1 PARTITION OF parts DEFAULT;
		CREATE VIEW large AS SELECT id FROM orders;
		CREATE VIEW larger AS SELECT id FROM large`)
	lock(t, pool, "orders")
	in := func(names ...string) (list []Name) {
		for _, n := range names {
			list = append(list, Name{"public", n})
		}
		return list
	}
	s, err := Read(t.Context(), hasty(t, pool), in("free", "large", "larger", "orders", "parts"))
	if err != nil {
		t.Fatal(err)
	}
	if want := in("large", "larger", "orders"); !slices.Equal(s.Locked, want) || len(s.Tables) != 2 {
		t.Errorf("left out %v, read %d tables", s.Locked, len(s.Tables))
	}
	for _, names := range [][]Name{in("large", "orders"), nil} {
		_, err := Read(t.Context(), hasty(t, pool), names)
		locked, ok := errors.AsType[*LockedError](err)
		if !ok || !slices.Contains(locked.Tables, Name{"public", "orders"}) {
			t.Errorf("%v: %v", names, err)
		}
	}
}
