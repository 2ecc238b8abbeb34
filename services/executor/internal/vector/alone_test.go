package vector_test

import (
	"slices"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// A deletion that comes late leaves what was loaded again since it was asked
// for.
func TestDeleteLeavesWhatWasLoadedAgain(t *testing.T) {
	s, dsn := store(t)
	c := collection(t, s, "sql")
	put(t, c, loaded("again", "t1", "public.a"), loaded("once", "t1", "public.a"))
	r := request(events.TrainingScope{Database: shop})
	again := loaded("again", "t1", "public.a")
	again.Metadata.LoadedAt = vector.Moment(r.Before.Add(time.Minute))
	put(t, c, again)
	if n, err := s.Delete(t.Context(), r); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if got := all(t, dsn); !slices.Equal(got, []string{"again"}) {
		t.Errorf("left %q", got)
	}
	if at := one[string](t, dsn, "SELECT cmetadata ->> 'loaded_at' FROM langchain_pg_embedding"); at != loaded("", "").Metadata.LoadedAt {
		t.Errorf("first loaded at %s", at)
	}
}

// Deletions wait for the load of the database, and for that of the task, and
// take out what it put meanwhile.
func TestDeletionsWaitForLoads(t *testing.T) {
	const task = "task_20250701_143052"
	for name, tt := range map[string]struct {
		lock   string
		remove func(*vector.Store) (int64, error)
	}{
		"a database": {shop, func(s *vector.Store) (int64, error) {
			return s.Delete(t.Context(), request(events.TrainingScope{Database: shop}))
		}},
		"a task, by its database": {shop, func(s *vector.Store) (int64, error) { return s.DeleteTask(t.Context(), task) }},
		"a task":                  {task, func(s *vector.Store) (int64, error) { return s.DeleteTask(t.Context(), task) }},
	} {
		t.Run(name, func(t *testing.T) {
			loading, dsn := store(t)
			c := collection(t, loading, "sql")
			put(t, c, loaded("first", task, "public.a"))
			if err := loading.Lock(t.Context(), tt.lock, time.Second, func() {}); err != nil {
				t.Fatal(err)
			}
			deleting, gone := open(t, dsn), make(chan int64, 1)
			go func() {
				n, err := tt.remove(deleting)
				if err != nil {
					t.Error(err)
				}
				gone <- n
			}()
			select {
			case n := <-gone:
				t.Fatalf("%d gone beside a load", n)
			case <-time.After(300 * time.Millisecond):
			}
			put(t, c, loaded("second", task, "public.a"))
			if err := loading.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := <-gone; n != 2 {
				t.Errorf("%d gone", n)
			}
		})
	}
}
