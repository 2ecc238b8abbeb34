package vector_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// built is how a call of Index ended.
type built struct {
	state vector.Indexed
	err   error
}

// While an index is built, others read, write and prepare, and none builds a
// second one.
func TestIndexHoldsNobodyUp(t *testing.T) {
	s, dsn := store(t)
	c := ofEight(t, s, "sql")
	fill(t, c, 30)
	release := snapshotHeld(t, dsn)
	done := make(chan built)
	go func() {
		state, err := c.Index(t.Context(), eight, 20)
		done <- built{state, err}
	}()
	for !one[bool](t, dsn, `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'virtualxid' AND NOT granted)`) {
		select {
		case b := <-done:
			t.Fatalf("not built beside others: %+v", b)
		case <-time.After(20 * time.Millisecond):
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	other := open(t, dsn)
	if err := other.Prepare(ctx, false); err != nil {
		t.Fatal(err)
	}
	same, err := other.Collection(ctx, "sql", eight)
	if err != nil {
		t.Fatal(err)
	}
	if matches, err := same.Search(ctx, make([]float32, 8), 3); err != nil || len(matches) != 3 {
		t.Errorf("%d matches, %v", len(matches), err)
	}
	if fresh, err := same.Put(ctx, []vector.Document{document("new", "t1", 1, 0, 0, 0, 0, 0, 0, 0)}); err != nil || fresh != 1 {
		t.Errorf("put %d, %v", fresh, err)
	}
	if got, err := same.Index(ctx, eight, 20); got != vector.IndexBusy || err != nil {
		t.Errorf("a second one: %s, %v", got, err)
	}
	release()
	if b := <-done; b.state != vector.IndexReady || b.err != nil {
		t.Errorf("%+v", b)
	}
}

// snapshotHeld has a transaction see the database as it is now, until it is
// released.
func snapshotHeld(t *testing.T, dsn string) (release func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	if _, err := conn.Exec(t.Context(), "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.Exec(t.Context(), "COMMIT"); err != nil {
			t.Error(err)
		}
	}
}

// A load that waits for its turn does not hold up the index of the one before.
func TestIndexDoesNotWaitForWhoWaitsForTheLock(t *testing.T) {
	s, dsn := store(t)
	c := ofEight(t, s, "sql")
	fill(t, c, 30)
	if err := s.Lock(t.Context(), shop, time.Second, func() {}); err != nil {
		t.Fatal(err)
	}
	next, waiting, got := open(t, dsn), make(chan struct{}), make(chan error)
	go func() { got <- next.Lock(t.Context(), shop, time.Minute, func() { close(waiting) }) }()
	<-waiting
	if got, err := c.Index(t.Context(), eight, 20); got != vector.IndexReady || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// An index that was left invalid is made again.
func TestIndexMendsWhatWasInterrupted(t *testing.T) {
	s, dsn := store(t)
	c := ofEight(t, s, "sql")
	fill(t, c, 30)
	for range 2 {
		if got, err := c.Index(t.Context(), eight, 20); got != vector.IndexReady || err != nil {
			t.Fatalf("%s, %v", got, err)
		}
		if !one[bool](t, dsn, "SELECT bool_and(indisvalid) FROM pg_index WHERE indexrelid::regclass::text LIKE 'data_pipeline_hnsw%'") {
			t.Error("not valid")
		}
		exec(t, dsn, "UPDATE pg_index SET indisvalid = false WHERE indexrelid::regclass::text LIKE 'data_pipeline_hnsw%'")
	}
}
