package store

import (
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/internal/testkit"
)

func TestMigrateMayBeCalledAtOnceAndAgain(t *testing.T) {
	url := testkit.Postgres(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := Migrate(t.Context(), url); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var partitions int
	count := "SELECT count(*) FROM pg_inherits WHERE inhparent = 'data_pipeline_task_logs'::regclass"
	if err := conn.QueryRow(t.Context(), count).Scan(&partitions); err != nil || partitions != 9 {
		t.Fatalf("%d partitions, %v; want yesterday, today and the week ahead", partitions, err)
	}
}
