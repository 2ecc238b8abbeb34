package ddl

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

// inn has two tables with a key between them, and one that stands alone.
const inn = `
CREATE TABLE guest (id int PRIMARY KEY, name text NOT NULL, email text);
CREATE TABLE stay (id int PRIMARY KEY, guest_id int REFERENCES guest, room text, note text);
CREATE TABLE room (id int PRIMARY KEY, label text);
INSERT INTO guest VALUES (1, 'Ann', 'ann@example.com');
INSERT INTO stay VALUES (1, 1, 'blue', 'late');
INSERT INTO room VALUES (1, 'first');`

// innAgain gives every table other rows.
const innAgain = `UPDATE stay SET room = 'green'; UPDATE room SET label = 'second';`

// after runs the step as a task that builds upon base, which may be nil.
func after(t *testing.T, dsn string, base *steps.Base) (*stepstest.Run, Result) {
	t.Helper()
	run := stepstest.New(t, dsn, nil)
	run.Request.Tables, run.Base = []string{"*"}, base
	result, err := Step{}.Run(t.Context(), run.Run)
	if err != nil {
		t.Fatal(err)
	}
	return run, result.Data.(Result)
}

// base is a run as a later task finds it.
func base(run *stepstest.Run, reusable bool) *steps.Base {
	return &steps.Base{TaskID: "task_20250630_090000", Files: run.Files.FS(), Reusable: reusable}
}

func change(t *testing.T, dsn, sql string) {
	t.Helper()
	if _, err := connect(t, dsn).PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
		t.Fatal(err)
	}
}

// sameFiles demands that two runs left the same files, some names aside.
func sameFiles(t *testing.T, want, got fstest.MapFS, aside ...string) {
	t.Helper()
	want, got = maps.Clone(want), maps.Clone(got)
	for _, name := range aside {
		delete(want, name)
		delete(got, name)
	}
	for name, f := range want {
		if g := got[name]; g == nil || string(g.Data) != string(f.Data) {
			t.Errorf("%s differs:\n%s\n", name, text(t, got, name))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
}

func TestANewViewShowsNothingThatIsMaskedInAnUnchangedTable(t *testing.T) {
	dsn := database(t, inn)
	first, _ := after(t, dsn, nil)
	change(t, dsn, "CREATE VIEW caller AS SELECT upper(name) AS who, 'mr ' || name AS how FROM guest")
	second, result := after(t, dsn, base(first, true))
	for name, file := range second.Files.FS() {
		if strings.Contains(strings.ToLower(string(file.Data)), " ann") || strings.Contains(string(file.Data), "ANN") {
			t.Errorf("%s: %s", name, file.Data)
		}
	}
	if result.ReusedTables != 2 {
		t.Errorf("%d tables reused", result.ReusedTables)
	}
}

func TestAnUnchangedDatabaseGivesTheSameFilesWithoutARowRead(t *testing.T) {
	dsn := database(t, inn)
	first, _ := after(t, dsn, nil)
	change(t, dsn, innAgain) // which would show, were it read
	second, result := after(t, dsn, base(first, true))
	sameFiles(t, first.Files.FS(), second.Files.FS(), snapshot.ChangesName)
	if result.ReusedTables != 3 || result.ChangedTables != 0 || result.Masking.Values == 0 {
		t.Errorf("%+v", result)
	}
	if second.Lines.FilterMessageSnippet("taken over for 3 tables that did not change").Len() != 1 || second.Lines.FilterMessageSnippet("Nothing changed since task").Len() != 1 {
		t.Errorf("log: %v", second.Lines.All())
	}
}

func TestOnlyChangedTablesAreReadAgain(t *testing.T) {
	dsn := database(t, inn)
	first, result := after(t, dsn, nil)
	if result.ChangedTables != 3 {
		t.Errorf("%+v", result)
	}
	change(t, dsn, innAgain+`
		ALTER TABLE stay ADD nights int NOT NULL DEFAULT 1, DROP note;
		ALTER TABLE guest ALTER name TYPE varchar(80);
		CREATE TABLE invoice (id int PRIMARY KEY, stay_id int REFERENCES stay);`)
	second, result := after(t, dsn, base(first, true))
	if result.ReusedTables != 1 || result.ChangedTables != 3 || result.TotalTables != 4 {
		t.Errorf("%+v", result)
	}
	for name, want := range map[string]string{"stay_detail.md": "e.g. green", "room_detail.md": "e.g. first"} {
		if got := second.Files.Text(name); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", name, want, got)
		}
	}
	testkit.Golden(t, "testdata/reuse_changes.golden.json", []byte(second.Files.Text(snapshot.ChangesName)))
}

// TestWhatIsTakenOverSuitsWhatChangedAroundIt: the documents are those of a run
// that took nothing over, even of tables that did not change themselves.
func TestWhatIsTakenOverSuitsWhatChangedAroundIt(t *testing.T) {
	dsn := database(t, inn)
	first, _ := after(t, dsn, nil)
	change(t, dsn, `ALTER TABLE guest RENAME TO visitor; CREATE SCHEMA more; CREATE TABLE more."public_room" (id int PRIMARY KEY);`)
	reusing, result := after(t, dsn, base(first, true))
	anew, _ := after(t, dsn, base(first, false))
	sameFiles(t, anew.Files.FS(), reusing.Files.FS())
	if result.ReusedTables != 1 { // the key of stay has a new target
		t.Errorf("%+v", result)
	}
}

func TestOtherSettingsTakeNothingOver(t *testing.T) {
	dsn := database(t, inn)
	first, _ := after(t, dsn, nil)
	change(t, dsn, innAgain)
	second, result := after(t, dsn, base(first, false))
	if result.ReusedTables != 0 || result.ChangedTables != 0 || !strings.Contains(second.Files.Text("stay_detail.md"), "green") {
		t.Errorf("%+v\n%s", result, second.Files.Text("stay_detail.md"))
	}
}

func TestADamagedBaseTakesNothingOver(t *testing.T) {
	dsn := database(t, inn)
	first, _ := after(t, dsn, nil)
	for _, name := range []string{samplesFile, snapshot.FileName} {
		for what, damage := range map[string]func(fstest.MapFS){
			"missing": func(f fstest.MapFS) { delete(f, name) },
			"damaged": func(f fstest.MapFS) { f[name] = &fstest.MapFile{Data: []byte("{")} },
		} {
			b := base(first, true)
			damage(b.Files.(fstest.MapFS))
			second, result := after(t, dsn, b)
			if result.ReusedTables != 0 || second.Lines.FilterMessageSnippet("cannot be taken over").Len() != 1 {
				t.Errorf("%s %s: %+v, %v", name, what, result, second.Lines.All())
			}
			sameFiles(t, first.Files.FS(), second.Files.FS(), snapshot.ChangesName)
		}
	}
}

func TestSchemaOnlyComparesDefinitionsAlone(t *testing.T) {
	dsn := database(t, inn)
	schemaOnly := func(b *steps.Base) (*stepstest.Run, Result) {
		run := stepstest.New(t, dsn, nil)
		run.Request.Tables, run.Request.Options.Masking, run.Base = []string{"*"}, events.SchemaOnly, b
		result, err := Step{}.Run(t.Context(), run.Run)
		if err != nil {
			t.Fatal(err)
		}
		return run, result.Data.(Result)
	}
	first, _ := schemaOnly(nil)
	if got := first.Files.Text(samplesFile); got != "[]\n" {
		t.Errorf("%s: %s", samplesFile, got)
	}
	change(t, dsn, "ALTER TABLE stay DROP note")
	if _, result := schemaOnly(base(first, true)); result.ReusedTables != 2 || result.ChangedTables != 1 {
		t.Errorf("%+v", result)
	}
}

// What an earlier version of the program left unmasked is not taken over.
func TestATableMaskedByOlderRulesIsReadAgain(t *testing.T) {
	table := &catalog.Table{}
	s := newSampledTable(table, "f", nil, nil)
	s.MaskingRules--
	if s.fits(table, "f") {
		t.Error("older rules fit")
	}
}

func TestATableThatCanBeReadInMorePartsIsReadAgain(t *testing.T) {
	table := &catalog.Table{Schema: "public", Name: "guest", Columns: []catalog.Column{{Name: "id", Readable: true}, {Name: "email"}}}
	s := newSampledTable(table, "f", nil, nil)
	if !s.fits(table, "f") || s.fits(table, "g") {
		t.Errorf("%+v", s)
	}
	table.Columns[1].Readable = true
	if s.fits(table, "f") {
		t.Error("a column that could not be read before is not read now either")
	}
}

func FuzzDecodeSamples(f *testing.F) {
	good, err := encodeSamples([]sampledTable{{Table: "public.t", Fingerprint: "f", Columns: map[string]sampledColumn{"c": {Examples: []string{"a"}}}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(good))
	f.Add([]byte("[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tables, err := decodeSamples(data)
		if err != nil {
			return
		}
		for _, s := range tables {
			if samples := s.samples(); len(samples) != len(s.Columns) {
				t.Errorf("%+v", samples)
			}
		}
	})
}
