package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/app"
	"github.com/citu/datapipeline/internal/testkit"
)

// TestRunCompletes runs all steps into a folder of the task's own.
func TestRunCompletes(t *testing.T) {
	vectors := testkit.Postgres(t)
	t.Setenv("DP_VECTOR_DATABASE_URL", vectors)
	t.Setenv("DP_TIMEZONE", "Pacific/Kiritimati")
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "unused")
	r := run(t, "--db-connection", business(t), "--table-list", file(t, "tables.txt", "\ufeffpublic.customer, public.sale # both\r\n"),
		"--business-context", "@"+file(t, "about.txt", "A shop."), "--output-dir", dir, "--data-dir", data)
	r.want(t, app.ExitDone)
	folder := single(t, dir, "manual_*")
	for pattern, n := range map[string]int{
		"*.ddl": 2, "*_detail.md": 3, "filename_mapping.txt": 1, "*_pair.json": 1, "metadata.txt": 1, "db_query_decision_prompt.txt": 1,
		"sql_validation_*_summary.log": 1, "sql_validation_*_report.json": 1, "task_config.json": 1, "task_result.json": 1,
		"*_result.json": 5, "data_pipeline.log": 1,
	} {
		if got := has(t, folder, pattern); got != n {
			t.Errorf("%d files %s, want %d", got, pattern, n)
		}
	}
	var records int
	if err := connect(t, vectors).QueryRow(t.Context(), `SELECT count(*) FROM langchain_pg_embedding`).Scan(&records); err != nil || records == 0 {
		t.Errorf("%d records in the vector store: %v", records, err)
	}
	id := filepath.Base(folder)
	zone := time.FixedZone("", 14*3600)
	if at, err := time.ParseInLocation("manual_20060102_150405", id, zone); err != nil || time.Since(at).Abs() > time.Minute {
		t.Errorf("the id %s is not of this moment in DP_TIMEZONE: %v", id, err)
	}
	for _, want := range []string{
		"Task " + id + "\n", ` 100% Training data load: completed \(\d+\.\d s\)\n`, "Task completed, 2 tables, ",
		`  Coverage: 2 of 2 tables and \d of 7 columns are asked about\n  Checks: \d+ valid`, `  Retrieval: \d+ % of`, "  Model: none", `  Masking: \d+ values in \d+ columns?\n`, "Files: " + folder,
	} {
		if !regexp.MustCompile(want).MatchString(r.out) {
			t.Errorf("the output lacks %q:\n%s", want, r.out)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the data folder was made, though nothing goes there")
	}
}

// TestRunStepByStep runs each step alone. Each works on what the folder holds,
// whoever put it there.
func TestRunStepByStep(t *testing.T) {
	t.Setenv("DP_VECTOR_DATABASE_URL", testkit.Postgres(t))
	db, dir := business(t), t.TempDir()
	step := func(n string, args ...string) result {
		r := run(t, append([]string{"--db-connection", db, "--output-dir", dir, "--execution-mode", "single", "--single-step", n}, args...)...)
		r.want(t, app.ExitDone)
		return r
	}
	step("1", "--table-list", file(t, "tables.txt", "public.*"))
	if n := has(t, dir, "*.ddl"); n != 2 {
		t.Errorf("%d table documents after step 1", n)
	}
	step("2")
	pairs := single(t, dir, "*_pair.json")
	if n := has(t, dir, "sql_validation_*_report.json"); n != 0 {
		t.Errorf("%d reports before step 3", n)
	}
	byHand := append(readPairs(t, pairs), pair{"Is it there?", "SELECT count(*) FROM customer;"})
	writePairs(t, dir, byHand...)
	if err := os.Rename(filepath.Join(dir, "qs_shop_20250701_143052_pair.json"), pairs); err != nil {
		t.Fatal(err)
	}
	r := step("sql_validation")
	if want := " of " + strconv.Itoa(len(byHand)) + " statements valid"; !strings.Contains(r.out, want) {
		t.Errorf("the output lacks %q:\n%s", want, r.out)
	}
	if strings.Contains(r.out, " tables, ") {
		t.Errorf("the output speaks of other steps:\n%s", r.out)
	}
	step("4")
	if n := has(t, dir, "training_load_result.json"); n != 1 {
		t.Error("step 4 left no result")
	}
}

// TestRunSwitches leaves steps out.
func TestRunSwitches(t *testing.T) {
	t.Setenv("DP_VECTOR_DATABASE_URL", testkit.Postgres(t))
	db, tables := business(t), file(t, "tables.txt", "public.*")
	for _, c := range []struct {
		flag    string
		reports int
		loads   int
	}{
		{"--skip-validation", 0, 1},
		{"--skip-training-load", 1, 0},
	} {
		dir := t.TempDir()
		run(t, "--db-connection", db, "--table-list", tables, "--output-dir", dir, "--task-id", "manual_20250701_143052", c.flag).want(t, app.ExitDone)
		if n := has(t, dir, "sql_validation_*_report.json"); n != c.reports {
			t.Errorf("%s: %d reports of a validation in the output folder itself", c.flag, n)
		}
		if n := has(t, dir, "training_load_result.json"); n != c.loads {
			t.Errorf("%s: %d results of a load", c.flag, n)
		}
	}
}

// TestRunFewValid tells by its exit code that too little SQL is valid, and
// changes the pair file unless it may not.
func TestRunFewValid(t *testing.T) {
	t.Parallel()
	db := business(t)
	for _, c := range []struct {
		args []string
		left int
	}{
		{nil, 1},
		{[]string{"--no-modify-file"}, 2},
	} {
		dir := t.TempDir()
		pairs := writePairs(t, dir, pair{"How many?", "SELECT count(*) FROM sale;"}, pair{"Which?", "SELECT nothing FROM nowhere;"})
		r := run(t, append(c.args, "--db-connection", db, "--output-dir", dir, "--execution-mode=single", "--single-step=3")...)
		r.want(t, app.ExitFewValid)
		if !strings.Contains(r.out, "1 of 2 statements valid") {
			t.Errorf("%v: the output lacks the numbers:\n%s", c.args, r.out)
		}
		if got := readPairs(t, pairs); len(got) != c.left {
			t.Errorf("%v: %d pairs are left, want %d", c.args, len(got), c.left)
		}
		if n := has(t, dir, "*.backup"); n != 2-c.left {
			t.Errorf("%v: %d backups", c.args, n)
		}
	}
}

// TestRunFails says what to do, in the language asked for, and exits with 2.
func TestRunFails(t *testing.T) {
	t.Parallel()
	db := business(t)
	for _, c := range []struct {
		name, dsn, table string
		zh, en           string
	}{
		{"no server", "postgres://ann:secret@127.0.0.1:1/shop", "public.sale", "127.0.0.1:1 拒绝", "127.0.0.1:1 refused"},
		{"no table", db, "public.sales", "是否指 public.sale？", "Did you mean public.sale?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for lang, want := range map[string]string{"zh-CN": c.zh, "en": c.en} {
				r := run(t, "--lang", lang, "--db-connection", c.dsn, "--table-list", file(t, "tables.txt", c.table),
					"--output-dir", t.TempDir(), "--skip-training-load")
				r.want(t, app.ExitFailed)
				if !strings.Contains(r.err, want) {
					t.Errorf("%s: the message lacks %q: %s", lang, want, r.err)
				}
				if strings.Contains(r.out+r.err, "secret") {
					t.Errorf("a password in the output:\n%s%s", r.out, r.err)
				}
			}
		})
	}
}

// TestRunsOfOneSecond get folders of their own.
func TestRunsOfOneSecond(t *testing.T) {
	t.Parallel()
	db, tables, dir := business(t), file(t, "tables.txt", "public.sale"), t.TempDir()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			r := run(t, "--db-connection", db, "--table-list", tables, "--output-dir", dir, "--skip-training-load", "--skip-validation")
			if r.code != app.ExitDone {
				t.Errorf("exit code %d:\n%s%s", r.code, r.out, r.err)
			}
		})
	}
	all.Wait()
	if n := has(t, dir, "manual_*/task_result.json"); n != 3 {
		t.Errorf("%d folders with a result, want 3", n)
	}
}
