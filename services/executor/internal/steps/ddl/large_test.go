package ddl

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// Of a million rows, analyzed or not, in one table or in partitions, the step
// looks at a few pages; and it does not do by way of a view what it avoids.
func TestNoLargeTableIsReadWhole(t *testing.T) {
	t.Parallel()
	dsn := database(t, `
		CREATE UNLOGGED TABLE analyzed WITH (autovacuum_enabled = off) AS
			SELECT n AS id, 'new' AS status, n * 1.5 AS amount FROM generate_series(1, 1000000) n;
		CREATE UNLOGGED TABLE fresh WITH (autovacuum_enabled = off) AS SELECT id, status FROM analyzed WHERE id < 300000;
		CREATE TABLE parts (id int, status text) PARTITION BY RANGE (id);
		CREATE UNLOGGED TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (150000) WITH (autovacuum_enabled = off);
		CREATE UNLOGGED TABLE parts_2 PARTITION OF parts DEFAULT WITH (autovacuum_enabled = off);
		INSERT INTO parts SELECT id, status FROM fresh;
		CREATE VIEW counted AS SELECT status, count(*) FROM analyzed GROUP BY status;
		CREATE VIEW sorted AS SELECT id, amount FROM analyzed ORDER BY amount DESC;
		ANALYZE analyzed, parts`)
	conn := connect(t, dsn)
	before := pagesRead(t, conn)
	var files fstest.MapFS
	t.Run("step", func(t *testing.T) { // which closes its connections; only then are all pages counted
		var result steps.Result
		var err error
		if files, result, err = execute(t, dsn, events.English, zap.NewNop(), "*"); err != nil || result.Warnings > 0 {
			t.Fatalf("%+v, %v", result, err)
		}
	})
	waitForSessions(t, conn)
	var pages int64
	if err := conn.QueryRow(t.Context(), "SELECT sum(pg_relation_size(oid)) / 8192 FROM pg_class WHERE relkind = 'r' AND oid >= 16384").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	read := pagesRead(t, conn) - before
	if read == 0 || read > pages/20 {
		t.Errorf("%d of %d pages were read", read, pages)
	}
	for name, sampled := range map[string]bool{"analyzed": true, "fresh": true, "parts": true, "counted": false, "sorted": false} {
		if doc := text(t, files, name+"_detail.md"); strings.Contains(doc, "[e.g. ") != sampled {
			t.Errorf("examples should be there: %v\n%s", sampled, doc)
		}
	}
}

func waitForSessions(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	testkit.Eventually(t, t.Context(), func() bool {
		var others int
		err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'datapipeline'`).Scan(&others)
		return err == nil && others == 0
	})
}

// pagesRead counts pages of tables, from memory or disk, by sessions that have
// ended.
func pagesRead(t *testing.T, conn *pgx.Conn) (pages int64) {
	t.Helper()
	err := conn.QueryRow(t.Context(), "SELECT coalesce(sum(heap_blks_read + heap_blks_hit), 0)::bigint FROM pg_statio_user_tables").Scan(&pages)
	if err != nil {
		t.Fatal(err)
	}
	return pages
}
