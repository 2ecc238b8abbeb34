package repair_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

// stepDatabase is the schema with one guest in it, and what else is to be there.
func stepDatabase(t *testing.T, more ...string) string {
	t.Helper()
	dsn := testkit.Postgres(t)
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), schema+"INSERT INTO guest VALUES (1, 'Ada', 'London');"+strings.Join(more, "")); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func pairFolder(t *testing.T, sqls ...string) fstest.MapFS {
	t.Helper()
	var list []pairs.Pair
	for i, sql := range sqls {
		list = append(list, pairs.Pair{Question: fmt.Sprintf("question %d", i), SQL: sql})
	}
	data, err := pairs.Encode(list)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"qs_shop_20250701_143052_pair.json": {Data: data}}
}
