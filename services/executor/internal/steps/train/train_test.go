package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/train"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// folder is what the earlier steps leave.
func folder() fstest.MapFS {
	return fstest.MapFS{
		"guest.ddl":                    {Data: []byte("-- Name: guest\nCREATE TABLE public.guest (id bigint);\n")},
		"booking.ddl":                  {Data: []byte("-- Name: booking\nCREATE TABLE public.booking (id bigint);\n")},
		"guest_detail.md":              {Data: []byte("## guest\n")},
		"booking_detail.md":            {Data: []byte("## booking\n")},
		"metadata_detail.md":           {Data: []byte("## metadata\n")},
		"db_query_decision_prompt.txt": {Data: []byte("=== Business scope of the database ===\n")},
		"metadata.txt":                 {Data: []byte("CREATE TABLE metadata ();")},
		"filename_mapping.txt":         {Data: []byte("# mapping\n")},
		"qs_shop_20250701_143052_pair.json": {Data: []byte(`[
  {"question": "各状态的预订有多少？", "sql": "SELECT status, count(*) FROM booking GROUP BY status;"},
  {"question": "How many guests are named \"Ada\" <or> 'Bo'?", "sql": "SELECT count(*) FROM guest WHERE name IN ('Ada', 'Bo');"},
  {"question": "How many guests are named \"Ada\" <or> 'Bo'?", "sql": "SELECT count(*) FROM guest WHERE name IN ('Ada', 'Bo');"}
]`)},
		"qs_shop_20250701_143052_pair.json.backup": {Data: []byte(`not read`)},
	}
}

func query[T any](t *testing.T, dsn, sql string) []T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[T])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return values
}

func exec(t *testing.T, dsn string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, sql := range statements {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// copyFrom puts the rows of a CSV file with titles into a table.
func copyFrom(t *testing.T, dsn, table, csv string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.PgConn().CopyFrom(t.Context(), strings.NewReader(csv), "COPY "+table+" FROM STDIN (FORMAT csv, HEADER)"); err != nil {
		t.Fatal(err)
	}
}

// everything is the whole content of the store.
func everything(t *testing.T, dsn string) string {
	t.Helper()
	return strings.Join(query[string](t, dsn, "SELECT c::text FROM langchain_pg_collection c UNION ALL SELECT e::text FROM langchain_pg_embedding e ORDER BY 1"), "\n")
}

func load(t *testing.T, cfg train.Config, run *stepstest.Run) train.Result {
	t.Helper()
	result, err := train.New(cfg).Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	return result.Data.(train.Result)
}

func failure(t *testing.T, cfg train.Config, run *stepstest.Run) *steps.Error {
	t.Helper()
	_, err := train.New(cfg).Run(t.Context(), run.Run)
	var e *steps.Error
	if !errors.As(err, &e) {
		t.Fatalf("err = %v", err)
	}
	return e
}

func TestRunLoadsEveryKind(t *testing.T) {
	dsn := testkit.Postgres(t)
	run := stepstest.New(t, "", folder())
	got := load(t, train.Config{URL: dsn, Prefix: "p_"}, run)
	got.Duration = 0
	want := train.Result{Directory: "out/task_20250701_143052", Successful: true, Total: 8, Counts: train.Counts{SQL: 2, Documentation: 4, DDL: 2},
		LoadID: "task_20250701_143052_load_20250701_143052", Embedder: "lexical-v1", Inserted: 8,
		Index: map[string]vector.Indexed{"sql": "few", "ddl": "few", "documentation": "few"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	perCollection := query[string](t, dsn, "SELECT name || ' ' || count(*) || ' ' || min(cmetadata_of) FROM (SELECT c.name, c.cmetadata::text AS cmetadata_of FROM langchain_pg_collection c JOIN langchain_pg_embedding e ON e.collection_id = c.uuid) x GROUP BY name ORDER BY 1")
	wantCollections := []string{
		`p_ddl 2 {"embedder": "lexical-v1", "dimension": 512}`,
		`p_documentation 4 {"embedder": "lexical-v1", "dimension": 512}`,
		`p_sql 2 {"embedder": "lexical-v1", "dimension": 512}`,
	}
	if fmt.Sprint(sortKeys(perCollection)) != fmt.Sprint(sortKeys(wantCollections)) {
		t.Errorf("collections\n%s", strings.Join(perCollection, "\n"))
	}
	if got := run.ProgressPercents(); len(got) != 3 || got[2] != 100 {
		t.Errorf("progress %v", got)
	}
}

// sortKeys forgets the order of keys in JSON, which jsonb decides.
func sortKeys(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("{}, ", r) })
		slices.Sort(words)
		out[i] = strings.Join(words, " ")
	}
	return out
}

// Vanna tells the kinds by the end of cmetadata's id, and reads a pair by
// Python's ast.literal_eval.
func TestRunWritesWhatVannaReads(t *testing.T) {
	dsn := testkit.Postgres(t)
	load(t, train.Config{URL: dsn}, stepstest.New(t, "", folder()))
	documents := query[string](t, dsn, "SELECT document FROM langchain_pg_embedding WHERE id LIKE '%-sql' ORDER BY document COLLATE \"C\"")
	want := []string{
		`{"question": "How many guests are named \"Ada\" <or> 'Bo'?", "sql": "SELECT count(*) FROM guest WHERE name IN ('Ada', 'Bo');"}`,
		`{"question": "各状态的预订有多少？", "sql": "SELECT status, count(*) FROM booking GROUP BY status;"}`,
	}
	if !slices.Equal(documents, want) {
		t.Errorf("documents\n%s", strings.Join(documents, "\n"))
	}
	for _, text := range query[string](t, dsn, "SELECT cmetadata || jsonb_build_object('row', id) FROM langchain_pg_embedding") {
		var m struct {
			vector.Metadata
			Row string
		}
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		isSQL := strings.HasSuffix(m.ID, "-sql")
		if m.ID != m.Row || m.Database != "db.example:5432/shop" || !slices.Equal(m.TaskIDs, []string{"task_20250701_143052"}) || isSQL != (m.CreatedAt == "2025-07-01T14:30:52+08:00") {
			t.Errorf("metadata %s", text)
		}
	}
}

// A second load only notes when it was.
func TestRunTwiceChangesNothing(t *testing.T) {
	confirmed := regexp.MustCompile(`, ""confirmed_at"": ""[^"]*""`)
	dsn := testkit.Postgres(t)
	first := load(t, train.Config{URL: dsn}, stepstest.New(t, "", folder()))
	before := everything(t, dsn)
	later := stepstest.New(t, "", folder())
	later.RequestedAt = later.RequestedAt.Add(time.Hour)
	second := load(t, train.Config{URL: dsn}, later)
	rows := strings.Split(confirmed.ReplaceAllString(everything(t, dsn), ""), "\n")
	slices.Sort(rows)
	if want := strings.Split(before, "\n"); !slices.Equal(rows, slices.Sorted(slices.Values(want))) {
		t.Error("the store changed")
	}
	if first.Counts != second.Counts {
		t.Errorf("%+v, then %+v", first, second)
	}
}

// A question finds the pair that asks the same in other words.
func TestRunLoadsWhatASearchFinds(t *testing.T) {
	dsn := testkit.Postgres(t)
	load(t, train.Config{URL: dsn}, stepstest.New(t, "", folder()))
	store, err := vector.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close(context.Background()) }()
	if err := store.Prepare(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	e := embed.Lexical()
	collection, err := store.Collection(t.Context(), "sql", vector.Embedder{Name: e.Name(), Dimension: e.Dimension()})
	if err != nil {
		t.Fatal(err)
	}
	v, err := e.Embed(t.Context(), []string{"按状态统计预订数量"})
	if err != nil {
		t.Fatal(err)
	}
	matches, err := collection.Search(t.Context(), v[0], 1)
	if err != nil || len(matches) != 1 || !strings.Contains(matches[0].Text, "GROUP BY status") {
		t.Errorf("%v, %v", matches, err)
	}
}

// Loads of the same and of other databases at once do not harm each other.
func TestRunConcurrently(t *testing.T) {
	dsn := testkit.Postgres(t)
	var wg sync.WaitGroup
	for i := range 6 {
		run := stepstest.New(t, "", folder())
		run.TaskID = fmt.Sprint("task_", i)
		run.Identity = fmt.Sprint("db", i%2)
		wg.Go(func() {
			result, err := train.New(train.Config{URL: dsn}).Run(t.Context(), run.Run)
			if err != nil || result.Data.(train.Result).Total != 8 {
				t.Errorf("%v, %v", result.Data, err)
			}
		})
	}
	wg.Wait()
	got := query[int64](t, dsn, "SELECT count(*) FROM langchain_pg_embedding UNION ALL SELECT count(*) FROM langchain_pg_embedding WHERE jsonb_array_length(cmetadata -> 'task_ids') = 3")
	if !slices.Equal(got, []int64{16, 16}) {
		t.Errorf("got %v", got)
	}
}

func TestRunWaitsForAnotherLoadAndSaysSo(t *testing.T) {
	dsn := testkit.Postgres(t)
	store, err := vector.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close(context.Background()) }()
	run := stepstest.New(t, "", folder())
	if err := store.Lock(t.Context(), run.Identity, time.Second, func() {}); err != nil {
		t.Fatal(err)
	}
	if e := failure(t, train.Config{URL: dsn, LockWait: 20 * time.Millisecond}, run); e.Type != "vector_store_busy" {
		t.Errorf("%v", e)
	}
	if run.Lines.FilterMessageSnippet("another load of the same database is running").Len() != 1 {
		t.Error("the log does not say that it waits")
	}
}

func TestRunRefusesAnotherEmbedder(t *testing.T) {
	dsn := testkit.Postgres(t)
	load(t, train.Config{URL: dsn}, stepstest.New(t, "", folder()))
	before := everything(t, dsn)
	e := failure(t, train.Config{URL: dsn, Embedder: other{}}, stepstest.New(t, "", folder()))
	if e.Type != "embedder_mismatch" || !strings.Contains(e.Message, "lexical-v1") || !strings.Contains(e.Message, "DP_VECTOR_COLLECTION_PREFIX") {
		t.Errorf("%v", e)
	}
	if everything(t, dsn) != before {
		t.Error("the store changed")
	}
	load(t, train.Config{URL: dsn, Embedder: other{}, Prefix: "other_"}, stepstest.New(t, "", folder()))
}

// other is an embedder with other vectors.
type other struct{}

func (other) Name() string   { return "other-v1" }
func (other) Dimension() int { return 2 }
func (other) Embed(_ context.Context, texts []string) ([][]float32, error) {
	return slices.Repeat([][]float32{{1, 0}}, len(texts)), nil
}

// What a store swallows does not pass for loaded.
func TestRunFailsOnAGap(t *testing.T) {
	dsn := testkit.Postgres(t)
	load(t, train.Config{URL: dsn, Prefix: "first_"}, stepstest.New(t, "", folder()))
	exec(t, dsn, `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.document LIKE '%booking%' THEN RETURN NULL; END IF; RETURN NEW; END $$`,
		`CREATE TRIGGER swallow BEFORE INSERT ON langchain_pg_embedding FOR EACH ROW EXECUTE FUNCTION swallow()`)
	if e := failure(t, train.Config{URL: dsn}, stepstest.New(t, "", folder())); e.Type != "vector_load_gap" || !strings.Contains(e.Message, "of the 2 documents put into the collection ddl, 1 cannot") {
		t.Errorf("%v", e)
	}
}

func TestRunWithoutTheExtension(t *testing.T) {
	owner := testkit.Postgres(t)
	role := fmt.Sprintf("loader_%d", time.Now().UnixNano())
	exec(t, owner, "CREATE ROLE "+role+" LOGIN PASSWORD 'plain'", "GRANT CREATE ON SCHEMA public TO "+role)
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), owner)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(context.Background()) }()
		if _, err := conn.Exec(context.Background(), "DROP OWNED BY "+role+"; DROP ROLE "+role); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(owner)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "plain")
	dsn := u.String()

	if e := failure(t, train.Config{URL: dsn}, stepstest.New(t, "", folder())); e.Type != "vector_extension_missing" || !strings.Contains(e.Message, "CREATE EXTENSION vector") {
		t.Errorf("%v", e)
	}
	run := stepstest.New(t, "", folder())
	if got := load(t, train.Config{URL: dsn, AllowArrays: true}, run); got.Total != 8 {
		t.Errorf("%+v", got)
	}
	if run.Lines.FilterLevelExact(zap.WarnLevel).FilterMessageSnippet("real[]").Len() != 1 {
		t.Error("the log does not say that there are no vectors")
	}
}

func TestRunFails(t *testing.T) {
	dsn := testkit.Postgres(t)
	with := func(name, data string) fstest.MapFS {
		fsys := folder()
		fsys[name] = &fstest.MapFile{Data: []byte(data)}
		return fsys
	}
	for _, tt := range []struct {
		name string
		cfg  train.Config
		in   fstest.MapFS
		want string
	}{
		{"without data", train.Config{URL: dsn}, fstest.MapFS{"notes.txt": {Data: []byte("x")}}, "no_training_data"},
		{"on pairs of another form", train.Config{URL: dsn}, with("qs_shop_20250701_143053_pair.json", "{}"), "pair_file_malformed"},
		{"on a damaged snapshot", train.Config{URL: dsn}, with("schema_snapshot.json", "{"), "schema_snapshot_malformed"},
		{"on a file that is no text", train.Config{URL: dsn}, with("x.ddl", "a\x00b"), "training_file_invalid"},
		{"on a huge file", train.Config{URL: dsn}, with("x_detail.md", strings.Repeat("x", 9<<20)), "training_file_invalid"},
		{"without a store", train.Config{}, folder(), "vector_store_unconfigured"},
		{"on nonsense for a store", train.Config{URL: "postgres://u:s3cret@[::"}, folder(), "vector_store_unconfigured"},
		{"without the store's server", train.Config{URL: "postgres://u:s3cret@127.0.0.1:1/db"}, folder(), "vector_store_unreachable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, lang := range []events.Language{events.English, events.Chinese} {
				run := stepstest.New(t, "", tt.in)
				run.Request.Language = lang
				if e := failure(t, tt.cfg, run); e.Type != tt.want || e.Message == "" || strings.Contains(e.Error(), "s3cret") {
					t.Errorf("%v", e)
				}
			}
		})
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := train.New(train.Config{URL: testkit.Postgres(t)}).Run(ctx, stepstest.New(t, "", folder()).Run); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}
