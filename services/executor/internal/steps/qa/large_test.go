package qa_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

// largeTables is the number of tables of a large database, and someTables of
// one that a test makes in a second. Every fourth table begins a family that the
// next three refer to; the last hundred have no keys.
const largeTables, someTables = 993, 160

const large = `
DO $$ BEGIN FOR n IN 0..%[1]d LOOP
  EXECUTE format('CREATE TABLE t%%1$s (id bigint %%2$s, up_id bigint %%3$s, name varchar(80) NOT NULL, status text,
    amount numeric(12,2), happened_at timestamptz, note text %%4$s)', n,
    CASE WHEN n < %[2]d THEN 'PRIMARY KEY' ELSE '' END,
    CASE WHEN n < %[2]d AND n %% 4 > 0 THEN format('REFERENCES t%%s', n - n %% 4) ELSE '' END,
    CASE WHEN n < 549 THEN ', extra jsonb' ELSE '' END);
  EXECUTE format('INSERT INTO t%%s SELECT i, CASE WHEN i < 7 THEN i END, ''name '' || i, (ARRAY[''new'', ''open'', ''done''])[1 + i %%%% 3], 10 * i, timestamptz ''2024-01-01'' + i * interval ''9 days'' FROM generate_series(1, 30) i', n);
END LOOP; END $$`

func largeDatabase(tb testing.TB, tables int) string {
	tb.Helper()
	dsn := testkit.Postgres(tb)
	conn, err := pgx.Connect(tb.Context(), dsn)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(tb.Context(), fmt.Sprintf(large, tables-1, tables-100)); err != nil {
		tb.Fatal(err)
	}
	return dsn
}

// largeRun is a run over all of the tables.
func largeRun(tb testing.TB, dsn string, tables int) *stepstest.Run {
	tb.Helper()
	var mapping strings.Builder
	for n := range tables {
		fmt.Fprintf(&mapping, "public.t%[1]d -> t%[1]d.ddl, t%[1]d_detail.md\n", n)
	}
	return stepstest.New(tb, dsn, fstest.MapFS{"filename_mapping.txt": {Data: []byte(mapping.String())}})
}

func TestALargeDatabaseIsAskedAboutWhole(t *testing.T) {
	t.Parallel()
	run := largeRun(t, largeDatabase(t, someTables), someTables)
	result, err := qa.New(qa.Config{}).Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	data := result.Data.(qa.Result)
	if data.Coverage.TablesTotal != someTables || data.Coverage.TablesCovered != someTables || len(data.FailedThemes) > 0 {
		t.Errorf("%+v", data)
	}
	questions, statements := map[string]bool{}, map[string]bool{}
	list, err := pairs.ReadIndex(run.Files.FS(), pairs.IndexFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		questions[pairs.NormalQuestion(p.Question)], statements[pairs.NormalSQL(p.SQL)] = true, true
	}
	if len(questions) != len(list) || len(statements) != len(list) {
		t.Errorf("%d pairs have %d questions and %d statements", len(list), len(questions), len(statements))
	}
	for _, shape := range []string{events.ShapeFilter, events.ShapeGroup, events.ShapeJoin, events.ShapeWindow, events.ShapeSetOperation, events.ShapeDateArithmetic, events.ShapeAntiJoin} {
		if data.Shapes[shape] < len(list)/50 {
			t.Errorf("%d of %d have the shape %s", data.Shapes[shape], len(list), shape)
		}
	}
}

// TestHowManyThemesALargeDatabaseHas: more than the default, so that every table is
// asked about, which the log and the result say; but no more than a request says.
func TestHowManyThemesALargeDatabaseHas(t *testing.T) {
	t.Parallel()
	const tables = 50
	dsn := largeDatabase(t, tables+100)
	for _, language := range languages {
		run := largeRun(t, dsn, tables)
		run.Request.Language = language
		result, err := qa.New(qa.Config{}).Run(t.Context(), run.Run)
		if err != nil {
			t.Fatal(err)
		}
		data := result.Data.(qa.Result)
		said := fmt.Sprintf(language.Pick("主题为 %d 个而不是 5 个：使 50 张表都被问到", "%d themes instead of 5: so that each of 50 tables is asked about"), data.TotalThemes)
		if run.Lines.FilterMessage(said).Len() != 1 || data.ThemesAskedFor != 5 || data.Coverage.TablesCovered != tables || data.TotalQuestions < 10*data.TotalThemes {
			t.Errorf("%s: %+v\n%v", said, data, run.Lines.All())
		}
	}
	for _, test := range []struct{ themes, perTheme, questions, covered int }{
		{2, 5, 10, 0}, {2, 25, 50, tables}, {1, 60, 60, tables},
	} {
		run := largeRun(t, dsn, tables)
		run.Request.Language = events.Chinese
		run.Request.Options.Themes, run.Request.Options.QuestionsPerTheme = test.themes, test.perTheme
		result, err := qa.New(qa.Config{}).Run(t.Context(), run.Run)
		if err != nil {
			t.Fatal(err)
		}
		data := result.Data.(qa.Result)
		if data.TotalThemes != test.themes || data.TotalQuestions != test.questions || data.Coverage.TablesCovered < test.covered || data.ThemesAskedFor != 0 {
			t.Errorf("%+v: %+v", test, data)
		}
		out := run.Lines.FilterMessageSnippet("张表中有 ").Len() == 1
		if out != (data.Coverage.TablesCovered < tables) {
			t.Errorf("%+v: said %t: %+v", test, out, data.Coverage)
		}
	}
}

// BenchmarkLargeDatabase asks about 993 tables against pg_dump, which reads the
// same catalogue and writes its definitions.
func BenchmarkLargeDatabase(b *testing.B) {
	dsn := largeDatabase(b, largeTables)
	dump := pgDump(b, dsn)
	var questions int
	testkit.Compare(b, func() {
		result, err := qa.New(qa.Config{}).Run(b.Context(), largeRun(b, dsn, largeTables).Run)
		if err != nil {
			b.Fatal(err)
		}
		data := result.Data.(qa.Result)
		if data.Coverage.TablesCovered != largeTables {
			b.Fatalf("%+v", data.Coverage)
		}
		questions = data.TotalQuestions
	}, dump)
	b.ReportMetric(float64(questions), "questions")
}

// pgDump returns what dumps the schema.
func pgDump(b *testing.B, dsn string) func() {
	b.Helper()
	bin, err := embedded.Binaries(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	at, err := pgx.ParseConfig(dsn)
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		cmd := exec.CommandContext(b.Context(), filepath.Join(bin, "pg_dump"), "--schema-only")
		cmd.Env = append(os.Environ(), "PGHOST="+at.Host, "PGPORT="+strconv.Itoa(int(at.Port)), "PGUSER="+at.User, "PGPASSWORD="+at.Password, "PGDATABASE="+at.Database)
		if out, err := cmd.Output(); err != nil || strings.Count(string(out), "CREATE TABLE ") != largeTables {
			b.Fatalf("pg_dump: %d bytes, %v", len(out), err)
		}
	}
}
