package ddl

import (
	"context"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/roundtrip"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// folder is a steps.Output in memory.
type folder struct {
	mu    sync.Mutex
	files fstest.MapFS
}

func (f *folder) WriteFile(name string, data []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files[name] = &fstest.MapFile{Data: data}
	return nil
}

// execute runs the step on a database and returns what it wrote. It demands
// that progress only grows and ends with everything done.
func execute(t *testing.T, dsn string, lang events.Language, log *zap.Logger, tables ...string) (fstest.MapFS, steps.Result, error) {
	t.Helper()
	out := &folder{files: fstest.MapFS{}}
	pool := open(t, dsn)
	var share float64
	progress := func(done, total int) {
		if next := float64(done) / float64(total); next < share || next > 1 {
			t.Errorf("progress went from %v to %d of %d", share, done, total)
		} else {
			share = next
		}
	}
	run := &steps.Run{
		TaskID:      "task_20250701_143052",
		Request:     events.Request{Tables: tables, Language: lang},
		RequestedAt: time.Date(2025, 7, 1, 14, 30, 52, 0, time.UTC),
		Business:    func(context.Context) (*pgxpool.Pool, error) { return pool, nil },
		Out:         out,
		Log:         log,
		Progress:    progress,
	}
	result, err := Step{}.Run(t.Context(), run)
	if err == nil && share != 1 {
		t.Errorf("progress ended at %v", share)
	}
	return out.files, result, err
}

func open(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	pool, err := bizdb.Open(t.Context(), dsn, events.English, bizdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// database makes one and runs SQL in it.
func database(t *testing.T, sql string) string {
	t.Helper()
	dsn := testkit.Postgres(t)
	conn := connect(t, dsn)
	if _, err := conn.PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// checkRoundTrip loads the files into an empty database and demands that its
// catalogue says the same as that of the database they came from, both as we
// read it and in pg_dump's words.
func checkRoundTrip(t *testing.T, from string, files fstest.MapFS, to string) {
	t.Helper()
	if err := Load(t.Context(), connect(t, to), files); err != nil {
		t.Fatal(err)
	}
	want, got := readAll(t, from), readAll(t, to)
	compare(t, "schema", reflect.ValueOf(want), reflect.ValueOf(got))
	for _, difference := range roundtrip.Differences(dump(t, from), dump(t, to)) {
		t.Error(difference)
	}
}

func dump(t *testing.T, dsn string) string {
	t.Helper()
	text, err := roundtrip.Dump(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// readAll reads a catalogue without what is no part of the definition.
func readAll(t *testing.T, dsn string) *catalog.Schema {
	t.Helper()
	schema, err := catalog.Read(t.Context(), open(t, dsn), nil)
	if err != nil {
		t.Fatal(err)
	}
	schema.Database = ""
	for _, table := range schema.Tables {
		table.RowEstimate = 0
		if table.View != nil {
			table.View.Populated = true
		}
	}
	return schema
}

// compare reports every field that differs, with its path.
func compare(t *testing.T, path string, want, got reflect.Value) {
	t.Helper()
	switch {
	case want.Kind() == reflect.Pointer && !want.IsNil() && !got.IsNil():
		compare(t, path, want.Elem(), got.Elem())
	case want.Kind() == reflect.Struct:
		for i := range want.NumField() {
			compare(t, path+"."+want.Type().Field(i).Name, want.Field(i), got.Field(i))
		}
	case want.Kind() == reflect.Slice && want.Len() == got.Len():
		for i := range want.Len() {
			compare(t, path+"["+label(want.Index(i), i)+"]", want.Index(i), got.Index(i))
		}
	case !reflect.DeepEqual(want.Interface(), got.Interface()):
		t.Errorf("%s:\n  want %v\n  got  %v", path, want.Interface(), got.Interface())
	}
}

func label(v reflect.Value, i int) string {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		if name := v.FieldByName("Name"); name.IsValid() && name.Kind() == reflect.String {
			return name.String()
		}
	}
	return string(rune('0' + i%10))
}

func text(t *testing.T, files fstest.MapFS, name string) string {
	t.Helper()
	f := files[name]
	if f == nil {
		var have []string
		for n := range files {
			have = append(have, n)
		}
		t.Fatalf("no file %s among %s", name, strings.Join(have, ", "))
	}
	return string(f.Data)
}
