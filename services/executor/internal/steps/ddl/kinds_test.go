package ddl

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// shop is a small database that has more than tables.
const shop = `
	CREATE EXTENSION file_fdw;
	CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
	CREATE TABLE item (id int PRIMARY KEY, name text NOT NULL, price numeric(8,2));
	CREATE TABLE book (pages int) INHERITS (item);
	CREATE VIEW cheap_item WITH (security_barrier) AS SELECT id, name, price FROM item WHERE price < 10;
	CREATE MATERIALIZED VIEW item_total AS SELECT count(*) AS items, sum(price) AS price FROM cheap_item;
	CREATE UNIQUE INDEX item_total_key ON item_total (items);
	CREATE FOREIGN TABLE feed (line text) SERVER files OPTIONS (filename '/nowhere');
	COMMENT ON VIEW cheap_item IS '低价商品，单价低于十元';
	COMMENT ON COLUMN cheap_item.price IS '单价';
	INSERT INTO item VALUES (1, '茶杯', 8.5), (2, '茶壶', 60);
	REFRESH MATERIALIZED VIEW item_total`

func TestDocumentsOfEveryKind(t *testing.T) {
	dsn := testkit.SharedPostgres(t, shop)
	for _, lang := range []events.Language{events.Chinese, events.English} {
		files, _, err := execute(t, dsn, lang, zap.NewNop(), "*")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"cheap_item.ddl", "cheap_item_detail.md", "item_detail.md", "item_total.ddl", "item_total_detail.md", "feed_detail.md"} {
			testkit.Golden(t, fmt.Sprintf("testdata/golden/%s/%s", lang, name), []byte(text(t, files, name)))
		}
	}
}

// Without what it reads a view cannot be made; what stands for it has its
// columns, so that views on it can.
func TestAViewWithoutItsTablesIsEmpty(t *testing.T) {
	t.Parallel()
	from := database(t, shop+`;
		CREATE VIEW on_top AS SELECT name, price FROM cheap_item;
		CREATE VIEW "O'd" ("a b", c) WITH (check_option = 'local') AS SELECT name COLLATE "C", id FROM item`)
	for _, lang := range []events.Language{events.Chinese, events.English} {
		files, result, err := execute(t, from, lang, zap.NewNop(), "cheap_item", "on_top", `"O'd"`, "item_total")
		if err != nil || result.Warnings > 0 {
			t.Fatal(result, err)
		}
		to := testkit.Postgres(t)
		if err := Load(t.Context(), connect(t, to), files); err != nil {
			t.Fatal(err)
		}
		want, got := columns(t, from, "cheap_item", "on_top", "O'd", "item_total"), columns(t, to, "cheap_item", "on_top", "O'd", "item_total")
		if want != got {
			t.Errorf("want %s\ngot  %s", want, got)
		}
		if sql := text(t, files, "cheap_item.ddl"); !strings.Contains(sql, "\n-- FROM public.item\n") {
			t.Errorf("the definition is not there: %s", sql)
		}
	}
}

// columns are those of some relations, with their types.
func columns(t *testing.T, dsn string, relations ...string) (list string) {
	t.Helper()
	err := connect(t, dsn).QueryRow(t.Context(), `SELECT string_agg(format('%s.%s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
			a.attcollation::regcollation), ', ' ORDER BY c.relname, a.attnum)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relname = ANY ($1)`, relations).Scan(&list)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestNoFileHoldsASecretOfAServer(t *testing.T) {
	from := database(t, fixture(t, "foreign")+`
		CREATE FUNCTION far() RETURNS int LANGUAGE sql AS $$ SELECT length('host=h password=hush6') $$;
		CREATE VIEW far_view AS SELECT far() AS a, 'postgres://u:hush7@h/d' AS b;
		CREATE TABLE far_default (a text DEFAULT 'dbname=d password=hush8')`)
	files, _, err := execute(t, from, events.English, zap.NewNop(), "*")
	if err != nil {
		t.Fatal(err)
	}
	for name := range files {
		if strings.Contains(text(t, files, name), "hush") {
			t.Errorf("%s holds a secret:\n%s", name, text(t, files, name))
		}
	}
	if err := Load(t.Context(), connect(t, testkit.Postgres(t)), files); err != nil {
		t.Error(err)
	}
}

func TestMissingPrivilegesAreNamedBeforeTheWorkStarts(t *testing.T) {
	dsn, _ := readerOf(t, hotel+`
		CREATE SCHEMA closed; CREATE TABLE closed.vault (id int);
		CREATE VIEW guests AS SELECT name FROM demo_guest;
		GRANT SELECT ON demo_booking, guests TO hotel_reader; GRANT SELECT (id, name) ON demo_guest TO hotel_reader`)
	core, lines := observer.New(zapcore.InfoLevel)
	_, result, err := execute(t, dsn, events.English, zap.New(core), "*")
	if err != nil {
		t.Fatal(err)
	}
	data := result.Data.(Result)
	want := []Privilege{
		{"closed.vault", "USAGE", nil, "GRANT USAGE ON SCHEMA closed TO hotel_reader;"},
		{"closed.vault", "SELECT", nil, "GRANT SELECT ON closed.vault TO hotel_reader;"},
		{"public.demo_companion", "SELECT", nil, "GRANT SELECT ON public.demo_companion TO hotel_reader;"},
		{"public.demo_guest", "SELECT", []string{"phone", "password"}, "GRANT SELECT (phone, password) ON public.demo_guest TO hotel_reader;"},
	}
	if fmt.Sprint(data.MissingPrivileges) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", data.MissingPrivileges, want)
	}
	if !slices.Equal(data.FailedTables, []string{"closed.vault", "public.demo_companion"}) || data.TotalTables != 5 || result.Warnings != 3 {
		t.Errorf("%+v, %d warnings", data, result.Warnings)
	}
	var before []string
	for _, line := range lines.All() {
		if strings.HasPrefix(line.Message, "Reading the structure of 3 of 5 tables") {
			break
		}
		before = append(before, line.Message)
	}
	if n := len(before); n != 3 || n == lines.Len() {
		t.Errorf("before the work: %q", before)
	}
}

func TestATableWhoseNameFitsOnNoLineFails(t *testing.T) {
	files, result, err := execute(t, database(t, "CREATE TABLE a (id int); CREATE TABLE \"b\nc\" (id int)"), events.English, zap.NewNop(), "*")
	if err != nil {
		t.Fatal(err)
	}
	if data := result.Data.(Result); data.TotalTables != 2 || data.Failed != 1 {
		t.Errorf("%+v", data)
	}
	if entries, err := ReadMapping(files); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestSamplesOfWhatIsOutOfReachAreWarnings(t *testing.T) {
	core, lines := observer.New(zapcore.WarnLevel)
	files, result, err := execute(t, testkit.SharedPostgres(t, shop), events.English, zap.New(core), "*")
	if err != nil || result.Warnings != 1 || result.Data.(Result).Failed != 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	if files["feed.ddl"] == nil || lines.FilterMessageSnippet("public.feed gets no examples").Len() != 1 {
		t.Errorf("files %v, lines %v", slices.Sorted(maps.Keys(files)), lines.All())
	}
}
