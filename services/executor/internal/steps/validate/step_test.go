package validate_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate/repair"
)

const (
	good    = "SELECT count(*) FROM demo_booking;"
	misspel = "SELECT citty FROM guest;"
	mended  = "SELECT city FROM guest;"
	bad     = "SELECT * FROM nowhere_at_all;"
)

func step() steps.Step { return validate.New(validate.Config{Repairer: repair.Names()}) }

func outcome(t *testing.T, result steps.Result) validate.Outcome {
	t.Helper()
	o, ok := result.Data.(validate.Outcome)
	if !ok {
		t.Fatalf("result is %T", result.Data)
	}
	o.AverageExecution, o.Duration = 0, 0
	return o
}

func fileNames(files fstest.MapFS) []string { return slices.Sorted(maps.Keys(files)) }

// The file loses what is invalid, gains what was mended, and everything that
// was in it can be found again.
func TestRunModifiesThePairFile(t *testing.T) {
	t.Parallel()
	for _, lang := range []events.Language{events.English, events.Chinese} {
		t.Run(string(lang), func(t *testing.T) {
			in := folder(t, good, misspel, bad)
			run := stepstest.New(t, shop(t), in)
			run.Request.Language = lang
			result, err := step().Run(t.Context(), run.Run)
			if err != nil {
				t.Fatal(err)
			}
			want := validate.Outcome{
				Original: 3, Valid: 2, Invalid: 1, SuccessRate: 0.6667,
				Repairs:       validate.RepairStats{Attempted: 1, Successful: 1},
				Modifications: validate.ModificationStats{Modified: 1, Deleted: 1},
				Verdicts:      validate.VerdictCounts{Valid: 2, Error: 1},
				Rungs:         validate.RungCounts{Names: 1},
			}
			if got := outcome(t, result); got != want || result.Warnings != 1 {
				t.Errorf("got %+v, %d warnings", got, result.Warnings)
			}
			files := run.Files.FS()
			wantFiles := []string{"file_modifications_20250701_143052.log", "pair_verdicts.json", pairFile, pairFile + ".backup", "qs_shop_20250701_143052_rejected.json", "quality_report.json", "quality_report.md", "sql_validation_20250701_143052_report.json", "sql_validation_20250701_143052_summary.log"}
			if got := fileNames(files); !slices.Equal(got, wantFiles) {
				t.Errorf("files %v", got)
			}
			if got := readPairs(t, files, pairFile); !slices.Equal(got, []pairs.Pair{{Question: "question A", SQL: good}, {Question: "question B", SQL: mended}}) {
				t.Errorf("pairs %v", got)
			}
			if run.Files.Text(pairFile+".backup") != string(in[pairFile].Data) {
				t.Error("the backup is not the file as it was")
			}
			var rejected []verdict
			if err := json.Unmarshal([]byte(run.Files.Text("qs_shop_20250701_143052_rejected.json")), &rejected); err != nil || len(rejected) != 1 || rejected[0].SQL != bad || rejected[0].SQLState != "42P01" {
				t.Errorf("rejected %+v, %v", rejected, err)
			}
			if got := run.Files.Text("file_modifications_20250701_143052.log"); got != logs[lang].modifications {
				t.Errorf("modifications:\n%s", got)
			}
			if got := withoutTimes(run.Files.Text("sql_validation_20250701_143052_summary.log")); got != logs[lang].summary {
				t.Errorf("summary:\n%s", got)
			}
			if got := run.ProgressPercents(); !slices.Equal(got, []int{33, 66, 100}) {
				t.Errorf("progress %v", got)
			}
			if warnings := run.Lines.FilterLevelExact(zap.WarnLevel).All(); len(warnings) != 1 || !strings.Contains(warnings[0].Message, "nowhere_at_all") {
				t.Errorf("warnings %v", warnings)
			}
		})
	}
}

var logs = map[events.Language]struct{ modifications, summary string }{
	events.English: {`File: qs_shop_20250701_143052_pair.json
Earlier content: qs_shop_20250701_143052_pair.json.backup

#2 changed question B
  [42703] column "citty" does not exist
    --- before
    +++ after
    @@ -1,2 +1,2 @@
    -SELECT citty
    +SELECT city
     FROM guest;

#3 removed question C
  [42P01] relation "nowhere_at_all" does not exist
  - SELECT * FROM nowhere_at_all;
`, `File: qs_shop_20250701_143052_pair.json
SQL in total: 3
Valid: 2
Invalid: 1
Empty results (valid): 0
Too expensive: 0
Duplicates: 0
Rejected by people: 0
Success rate: 66.7%
Repaired: 1/1
Retries: 0
#2 question B [42703] column "citty" does not exist repaired
    --- before
    +++ after
    @@ -1,2 +1,2 @@
    -SELECT citty
    +SELECT city
     FROM guest;
#3 question C [42P01] relation "nowhere_at_all" does not exist
`},
	events.Chinese: {`文件: qs_shop_20250701_143052_pair.json
修改前的内容: qs_shop_20250701_143052_pair.json.backup

#2 已修改 question B
  [42703] column "citty" does not exist
    --- before
    +++ after
    @@ -1,2 +1,2 @@
    -SELECT citty
    +SELECT city
     FROM guest;

#3 已删除 question C
  [42P01] relation "nowhere_at_all" does not exist
  - SELECT * FROM nowhere_at_all;
`, `文件: qs_shop_20250701_143052_pair.json
SQL 总数: 3
有效: 2
无效: 1
结果为空（有效）: 0
代价过高: 0
重复: 0
人工拒绝: 0
成功率: 66.7%
修复: 1/1
重试: 0
#2 question B [42703] column "citty" does not exist 已修复
    --- before
    +++ after
    @@ -1,2 +1,2 @@
    -SELECT citty
    +SELECT city
     FROM guest;
#3 question C [42P01] relation "nowhere_at_all" does not exist
`},
}

// withoutTimes leaves out the lines that differ from run to run.
func withoutTimes(summary string) string {
	var kept []string
	for line := range strings.Lines(summary) {
		if !strings.Contains(line, "(s)") && !strings.Contains(line, "（秒）") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func TestRunKeepsTheFileWhereNothingIsWrong(t *testing.T) {
	t.Parallel()
	run := stepstest.New(t, shop(t), folder(t, good))
	if _, err := step().Run(t.Context(), run.Run); err != nil {
		t.Fatal(err)
	}
	want := []string{"file_modifications_20250701_143052.log", "pair_verdicts.json", pairFile + ".backup", "quality_report.json", "quality_report.md", "sql_validation_20250701_143052_report.json", "sql_validation_20250701_143052_summary.log"}
	if got := fileNames(run.Files.FS()); !slices.Equal(got, want) {
		t.Errorf("files %v", got)
	}
}

// Without leave to modify, a repair is a suggestion in the report.
func TestRunWithoutModifying(t *testing.T) {
	t.Parallel()
	run := stepstest.New(t, shop(t), folder(t, good, misspel))
	run.Request.Options.ModifyOriginalFile = false
	result, err := step().Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	want := validate.Outcome{Original: 2, Valid: 1, Invalid: 1, SuccessRate: 0.5, Repairs: validate.RepairStats{Attempted: 1, Successful: 1},
		Verdicts: validate.VerdictCounts{Valid: 1, Error: 1}, Rungs: validate.RungCounts{Names: 1}}
	if got := outcome(t, result); got != want {
		t.Errorf("got %+v", got)
	}
	if got := fileNames(run.Files.FS()); !slices.Equal(got, []string{"pair_verdicts.json", "quality_report.json", "quality_report.md", "sql_validation_20250701_143052_report.json", "sql_validation_20250701_143052_summary.log"}) {
		t.Errorf("files %v", got)
	}
	if v := report(t, run.Files.Text("sql_validation_20250701_143052_report.json"))[1]; v.Valid || v.RepairedSQL != mended {
		t.Errorf("%+v", v)
	}
}

func TestRunWithoutRepair(t *testing.T) {
	t.Parallel()
	run := stepstest.New(t, shop(t), folder(t, good, misspel))
	run.Request.Options.EnableLLMRepair = false
	result, err := step().Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	if got := outcome(t, result); got.Valid != 1 || got.Repairs.Attempted != 0 || got.Modifications.Deleted != 1 {
		t.Errorf("got %+v", got)
	}
}

// A second execution of the same request starts where the first one did, though
// that has changed the file; another request takes the file as it is.
func TestRunAgain(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	in := folder(t, good, bad)
	first := stepstest.New(t, dsn, in)
	if _, err := step().Run(t.Context(), first.Run); err != nil {
		t.Fatal(err)
	}
	maps.Copy(in, first.Files.FS())
	for _, tt := range []struct {
		name     string
		later    time.Duration
		original int
	}{{"the same request", 0, 2}, {"a later request", time.Hour, 1}} {
		again := stepstest.New(t, dsn, in)
		again.RequestedAt = again.RequestedAt.Add(tt.later)
		result, err := step().Run(t.Context(), again.Run)
		if err != nil {
			t.Fatal(err)
		}
		if got := outcome(t, result); got.Original != tt.original || got.Valid != 1 {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	for _, tt := range []struct {
		name string
		in   fstest.MapFS
		want string
	}{
		{"without a pair file", fstest.MapFS{}, "no_pairs"},
		{"without pairs", folder(t), "no_pairs"},
		{"on a damaged snapshot", fstest.MapFS{pairFile: folder(t, good)[pairFile], snapshot.FileName: {Data: []byte(`{"tables":`)}}, "schema_snapshot_malformed"},
		{"on another form", fstest.MapFS{pairFile: {Data: []byte(`{"question": 1}`)}}, "pair_file_malformed"},
		{"if every pair fails", folder(t, bad, bad), "no_valid_pairs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run := stepstest.New(t, dsn, tt.in)
			_, err := step().Run(t.Context(), run.Run)
			var failure *steps.Error
			if !errors.As(err, &failure) || failure.Type != tt.want || failure.Class != events.ClassUser {
				t.Errorf("err = %v", err)
			}
			if len(run.Files.FS()) != 0 {
				t.Error("files were written")
			}
		})
	}
}

// A database that goes away is no fault of the pairs.
func TestRunFailsWithTheDatabase(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	run := stepstest.New(t, dsn, folder(t, good))
	pool, err := run.Business(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pool.Close()
	if _, err = step().Run(t.Context(), run.Run); err == nil {
		t.Error("the step passed without a database")
	}
}

// A connection that breaks is replaced, and the pair asked about again.
func TestRunOutlivesALostConnection(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	admin := connect(t, dsn)
	run := stepstest.New(t, dsn, folder(t, slices.Repeat([]string{good}, 200)...))
	ended := false
	run.Run.Progress = func(done, _ int) {
		if done == 20 {
			_, err := admin.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
			ended = err == nil
		}
	}
	result, err := step().Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	if got := outcome(t, result); got.Valid != 200 || !ended {
		t.Errorf("%+v, ended %v", got, ended)
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	t.Parallel()
	run := stepstest.New(t, shop(t), folder(t, slices.Repeat([]string{good}, 500)...))
	ctx, cancel := context.WithCancel(t.Context())
	run.Run.Progress = func(int, int) { cancel() }
	start := time.Now()
	if _, err := step().Run(ctx, run.Run); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

// A pair that waits for a lock is asked about again, and given up in time.
func TestRunGivesUpOnALockedTable(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	holder := connect(t, dsn)
	if _, err := holder.Exec(t.Context(), "BEGIN; LOCK TABLE hr.employee IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	run := stepstest.New(t, dsn, folder(t, good, "SELECT * FROM hr.employee"))
	result, err := validate.New(validate.Config{StatementTimeout: 500 * time.Millisecond}).Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	if got := outcome(t, result); got.Valid != 1 || got.Retries != 2 {
		t.Errorf("%+v", got)
	}
	if v := report(t, run.Files.Text("sql_validation_20250701_143052_report.json"))[1]; v.ErrorType != "check_timed_out" || v.SQLState != "55P03" {
		t.Errorf("%+v", v)
	}
}
