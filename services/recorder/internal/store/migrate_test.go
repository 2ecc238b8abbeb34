package store

import (
	"sync"
	"testing"
)

func TestMigrateMayBeCalledAtOnceAndAgain(t *testing.T) {
	pool := empty(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := Migrate(t.Context(), pool); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := Migrate(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	var partitions int
	count := "SELECT count(*) FROM pg_inherits WHERE inhparent = 'data_pipeline_task_logs'::regclass"
	if err := pool.QueryRow(t.Context(), count).Scan(&partitions); err != nil || partitions != 9 {
		t.Fatalf("%d partitions, %v; want yesterday, today and the week ahead", partitions, err)
	}
}
