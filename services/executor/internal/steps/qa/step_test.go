package qa_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/mask"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/ask"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const pairFile = "qs_shop_20250701_143052_pair.json"

var (
	fixtures  = []string{"highway", "mixed", "keyless", "types"}
	languages = []events.Language{events.Chinese, events.English}
)

// database is a database with a fixture's tables and rows.
func database(t *testing.T, fixture string) string {
	t.Helper()
	sql, err := os.ReadFile("testdata/" + fixture + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	return testkit.SharedPostgres(t, string(sql))
}

func execute(t *testing.T, dsn, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// newRun is a run over all tables of the database.
func newRun(t *testing.T, dsn string, language events.Language) *stepstest.Run {
	t.Helper()
	in := fstest.MapFS{}
	run := stepstest.New(t, dsn, in)
	in["filename_mapping.txt"] = &fstest.MapFile{Data: []byte(mapping(t, run))}
	run.Request.Language = language
	run.Request.BusinessContext = language.Pick("高速公路服务区\n管理系统", "an operator of\nservice areas")
	return run
}

// mapping is the file of the first step that names all tables of the run's
// database.
func mapping(t *testing.T, run *stepstest.Run) string {
	t.Helper()
	pool, err := run.Business(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := pool.Query(t.Context(), `SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
		WHERE nspname !~ '^pg_|^information_schema$' AND relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT relispartition ORDER BY nspname COLLATE "C", relname COLLATE "C"`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowToStructByPos[catalog.Name])
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, name := range names {
		fmt.Fprintf(&b, "%s -> t%d.ddl, t%d_detail.md\n", name, i, i)
	}
	return b.String()
}

func readPairs(t *testing.T, run *stepstest.Run) []pairs.Pair {
	t.Helper()
	found, err := pairs.Decode([]byte(run.Files.Text(pairFile)))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// answer runs a statement, in a database that refuses to be written to.
func answer(t *testing.T, pool *pgxpool.Pool, p pairs.Pair) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), p.SQL, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Errorf("%s\n  %s\n  %v", p.Question, p.SQL, err)
	}
}

func TestStepWritesItsFiles(t *testing.T) {
	t.Parallel()
	for _, fixture := range fixtures {
		dsn := database(t, fixture)
		pool := connect(t, dsn)
		for _, language := range languages {
			t.Run(fixture+"/"+string(language), func(t *testing.T) {
				run := newRun(t, dsn, language)
				if _, err := qa.New(qa.Config{}).Run(t.Context(), run.Run); err != nil {
					t.Fatal(err)
				}
				for name, file := range run.Files.FS() {
					if name == pairs.IndexFile && fixture != "highway" {
						continue // what it holds beside the pairs is told by their SQL
					}
					testkit.Golden(t, fmt.Sprintf("testdata/golden/%s.%s/%s", fixture, language, name), file.Data)
				}
				for _, p := range readPairs(t, run) {
					answer(t, pool, p)
				}
			})
		}
	}
}

// Not only the chosen questions: every one that any schema may lead to.
func TestEveryQuestionThatCanBeAskedHasAnAnswer(t *testing.T) {
	t.Parallel()
	for _, fixture := range fixtures {
		dsn := database(t, fixture)
		pool := connect(t, dsn)
		for _, language := range languages {
			t.Run(fixture+"/"+string(language), func(t *testing.T) {
				all := everything(t, pool, language)
				if len(all) < 100 {
					t.Errorf("only %d questions", len(all))
				}
				for _, p := range all {
					answer(t, pool, p)
					if strings.ContainsAny(p.Question, "{}") || strings.Contains(p.Question, "  ") {
						t.Errorf("unnatural: %s", p.Question)
					}
				}
			})
		}
	}
}

func TestQuestionsReachEveryTableAndSpreadOverKinds(t *testing.T) {
	t.Parallel()
	for _, fixture := range []string{"highway", "mixed", "keyless"} {
		dsn := database(t, fixture)
		run := newRun(t, dsn, events.English)
		result, err := qa.New(qa.Config{}).Run(t.Context(), run.Run)
		if err != nil {
			t.Fatal(err)
		}
		found := readPairs(t, run)
		if themes := result.Data.(qa.Result).TotalThemes; len(found) < 45 || themes < 4 || themes > 6 {
			t.Errorf("%s: %d questions about %d themes", fixture, len(found), themes)
		}
		seen, all := map[string]bool{}, ""
		for _, p := range found {
			if key := pairs.NormalQuestion(p.Question); seen[key] {
				t.Errorf("%s: asked twice: %s", fixture, p.Question)
			} else {
				seen[key] = true
			}
			all += p.SQL + "\n"
		}
		want := []string{"WHERE", "GROUP BY", "ORDER BY", "LIMIT", " OVER (", "NOT EXISTS", "INTERSECT", "date_trunc", "AVG("}
		for _, table := range understand(t, connect(t, dsn), events.English).Tables {
			want = append(want, catalog.Quote(table.Name))
		}
		for _, word := range want {
			if !strings.Contains(all, word) {
				t.Errorf("%s: no question uses %s", fixture, word)
			}
		}
		if !regexp.MustCompile(`JOIN [^;]* JOIN`).MatchString(all) {
			t.Errorf("%s: no question follows two keys", fixture)
		}
	}
}

func everything(t *testing.T, pool *pgxpool.Pool, language events.Language) []pairs.Pair {
	t.Helper()
	db := understand(t, pool, language)
	var all []pairs.Pair
	for _, th := range theme.Divide(db, 5) {
		found, err := ask.About(t.Context(), db, th)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range found.All() {
			all = append(all, q.Pair)
		}
	}
	return all
}

func understand(t *testing.T, pool *pgxpool.Pool, language events.Language) *profile.Database {
	t.Helper()
	schema, err := catalog.Read(t.Context(), pool, nil)
	if err != nil {
		t.Fatal(err)
	}
	db, err := profile.Read(t.Context(), pool, schema, language, mask.New(events.MaskData), testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestTwoRunsWriteTheSameBytes(t *testing.T) {
	t.Parallel()
	dsn := database(t, "highway")
	first, second := newRun(t, dsn, events.Chinese), newRun(t, dsn, events.Chinese)
	for _, run := range []*stepstest.Run{first, second} {
		if _, err := qa.New(qa.Config{}).Run(t.Context(), run.Run); err != nil {
			t.Fatal(err)
		}
	}
	for name, file := range first.Files.FS() {
		if second.Files.Text(name) != string(file.Data) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestNothingPersonalOrSecretIsAsked(t *testing.T) {
	t.Parallel()
	for fixture, secrets := range map[string][]string{
		"highway": {"0791-8888", "contact_phone = "},
		"mixed":   {"@example.com", "'First", "'Last"},
		"keyless": {"1380000", "'Member"},
		"types":   {"token"},
	} {
		pool := connect(t, database(t, fixture))
		for _, language := range languages {
			for _, p := range everything(t, pool, language) {
				for _, secret := range secrets {
					if strings.Contains(p.SQL, secret) || strings.Contains(p.Question, secret) {
						t.Errorf("%s holds %s:\n%s", fixture, secret, p.Question)
					}
				}
			}
		}
	}
}

func TestMetadataIsSQLThatRunsTwice(t *testing.T) {
	t.Parallel()
	dsn := database(t, "highway")
	run := newRun(t, dsn, events.Chinese)
	if _, err := qa.New(qa.Config{}).Run(t.Context(), run.Run); err != nil {
		t.Fatal(err)
	}
	target := testkit.Postgres(t)
	for range 2 {
		execute(t, target, run.Files.Text("metadata.txt"))
	}
	rows, err := connect(t, target).Query(t.Context(), "SELECT topic_name, related_tables, biz_entities, biz_metrics FROM metadata")
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Name                      string
		Tables, Entities, Metrics []string
	}
	kept, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) < 4 {
		t.Errorf("%d themes", len(kept))
	}
	for _, r := range kept {
		if r.Name == "" || len(r.Tables) == 0 || len(r.Entities) == 0 || len(r.Metrics) == 0 {
			t.Errorf("incomplete: %+v", r)
		}
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	t.Parallel()
	dsn := testkit.Postgres(t)
	for name, test := range map[string]struct {
		in        fstest.MapFS
		errorType string
	}{
		"no mapping":     {fstest.MapFS{}, "step_input_missing"},
		"broken mapping": {fstest.MapFS{"filename_mapping.txt": {Data: []byte("nonsense")}}, "step_input_invalid"},
		"no tables":      {fstest.MapFS{"filename_mapping.txt": {Data: []byte("# none\n")}}, "step_input_invalid"},
		"gone":           {fstest.MapFS{"filename_mapping.txt": {Data: []byte("public.gone -> gone.ddl, gone_detail.md\n")}}, "table_not_found"},
	} {
		_, err := qa.New(qa.Config{}).Run(t.Context(), stepstest.New(t, dsn, test.in).Run)
		var failure *steps.Error
		if !errors.As(err, &failure) || failure.Type != test.errorType || failure.Class != events.ClassUser {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// reader is the DSN of a role that may read no table but those that grants
// allow.
func reader(t *testing.T, dsn, grants string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	role := "reader_" + strings.Trim(u.Path, "/")
	execute(t, dsn, fmt.Sprintf("CREATE ROLE %[1]s LOGIN PASSWORD 'reads-only'; %[2]s", role, strings.ReplaceAll(grants, "READER", role)))
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), dsn)
		if err == nil {
			_, err = conn.Exec(context.Background(), fmt.Sprintf("DROP OWNED BY %[1]s; DROP ROLE %[1]s", role))
			_ = conn.Close(context.Background())
		}
		if err != nil {
			t.Error(err)
		}
	})
	u.User = url.UserPassword(role, "reads-only")
	return u.String()
}

func TestAThemeWithoutQuestionsIsNamedAndNoQuestionsAtAllFail(t *testing.T) {
	t.Parallel()
	dsn := testkit.Postgres(t)
	execute(t, dsn, `CREATE TABLE books (id int PRIMARY KEY, title text, pages int); INSERT INTO books SELECT i, 'T' || i, 100 + i FROM generate_series(1, 30) i;
		CREATE TABLE closed (id int PRIMARY KEY)`)
	some := reader(t, dsn, "GRANT SELECT ON books TO READER")
	run := newRun(t, dsn, events.English)
	run.Business = func(context.Context) (*pgxpool.Pool, error) { return connect(t, some), nil }
	result, err := qa.New(qa.Config{}).Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	data := result.Data.(qa.Result)
	if result.Warnings != 1 || len(data.FailedThemes) != 1 || data.SuccessfulThemes != 1 || !slices.Equal(data.Coverage.Uncovered, []string{"public.closed"}) {
		t.Errorf("warnings %d, %+v", result.Warnings, data)
	}
	execute(t, dsn, "DROP TABLE books")
	run = newRun(t, dsn, events.English)
	run.Business = func(context.Context) (*pgxpool.Pool, error) { return connect(t, some), nil }
	var failure *steps.Error
	if _, err := qa.New(qa.Config{}).Run(t.Context(), run.Run); !errors.As(err, &failure) || failure.Type != "no_questions" {
		t.Errorf("nothing to ask about: %v", err)
	}
}

func TestACancelledRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	run := newRun(t, database(t, "highway"), events.English)
	ctx, cancel := context.WithCancel(t.Context())
	run.Progress = func(int, int) { cancel() }
	if _, err := qa.New(qa.Config{}).Run(ctx, run.Run); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if len(run.Files.FS()) > 0 {
		t.Error("files were written")
	}
}
