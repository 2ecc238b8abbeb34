package ddl

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

// impatient is a pool whose sessions wait a moment for a lock.
func impatient(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.RuntimeParams["lock_timeout"] = "50"
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// A table that another session locks goes without examples, or, where the lock
// keeps its definition from being read, fails by itself and by name.
func TestALockedTableDoesNotFailTheOthers(t *testing.T) {
	dsn := database(t, "CREATE TABLE plain (id int); CREATE TABLE checked (id int, amount int CHECK (amount > 0)); CREATE TABLE free (id int)")
	for table, want := range map[string]map[events.Language]string{
		"plain":   {events.English: "public.plain gets no examples: A table stayed locked", events.Chinese: "public.plain 没有示例数据：表被其他会话锁定"},
		"checked": {events.English: "public.checked failed: another session locks it", events.Chinese: "public.checked 处理失败：被其他会话锁定"},
	} {
		conn := connect(t, dsn)
		if _, err := conn.Exec(t.Context(), "BEGIN; LOCK TABLE "+table); err != nil {
			t.Fatal(err)
		}
		for lang, line := range want {
			run := stepstest.New(t, dsn, nil)
			run.Request.Tables, run.Request.Language = []string{"*"}, lang
			pool := impatient(t, dsn)
			run.Business = func(context.Context) (*pgxpool.Pool, error) { return pool, nil }
			result, err := Step{}.Run(t.Context(), run.Run)
			if err != nil {
				t.Fatal(err)
			}
			failed := result.Data.(Result).FailedTables
			if slices.Contains(failed, "public.free") || slices.Contains(failed, "public.checked") != (table == "checked") || result.Warnings != 1 {
				t.Errorf("%s: failed %v, %d warnings", table, failed, result.Warnings)
			}
			if run.Lines.FilterMessageSnippet(line).Len() != 1 {
				t.Errorf("the log does not say %q", line)
			}
		}
		if _, err := conn.Exec(t.Context(), "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
	}
	conn := connect(t, dsn)
	if _, err := conn.Exec(t.Context(), "BEGIN; LOCK TABLE checked"); err != nil {
		t.Fatal(err)
	}
	run := stepstest.New(t, dsn, nil)
	run.Request.Tables = []string{"checked"}
	pool := impatient(t, dsn)
	run.Business = func(context.Context) (*pgxpool.Pool, error) { return pool, nil }
	if _, err := (Step{}).Run(t.Context(), run.Run); err == nil || !strings.Contains(err.Error(), "db_lock_timeout: Another session locks public.checked") {
		t.Error(err)
	}
}
