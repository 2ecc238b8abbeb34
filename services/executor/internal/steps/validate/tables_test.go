package validate_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// resort is a shop with relations of every kind; resortTables are those of its
// task.
const resort = `
CREATE TABLE "Reviews" (id int PRIMARY KEY, "Stars" int);
CREATE TABLE visit (day date, guest_id int) PARTITION BY RANGE (day);
CREATE TABLE visit_2025 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY RANGE (day);
CREATE TABLE hr.visit_2025_01 PARTITION OF visit_2025 FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
CREATE TABLE log (day date) PARTITION BY RANGE (day);
CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE animal (name text);
CREATE TABLE dog (breed text) INHERITS (animal);
CREATE TABLE cat () INHERITS (animal);
CREATE VIEW staff AS SELECT name FROM hr.employee;
CREATE VIEW people AS SELECT "fullName" FROM guest;
CREATE MATERIALIZED VIEW cities AS SELECT DISTINCT city FROM guest;
INSERT INTO "Reviews" VALUES (1, 5);
INSERT INTO visit VALUES ('2025-01-02', 1);
INSERT INTO log VALUES ('2025-01-02');
INSERT INTO dog VALUES ('Rex', 'pug');
INSERT INTO cat VALUES ('Tom');`

var resortTables = []string{"public.guest", "public.demo_booking", "public.Reviews", "public.visit", "public.animal", "public.cat", "public.staff", "public.cities"}

// ofTables gives a folder the catalogue of a task.
func ofTables(t *testing.T, in fstest.MapFS, tables ...string) fstest.MapFS {
	t.Helper()
	schema := &catalog.Schema{}
	for _, table := range tables {
		name, err := catalog.ParseName(table)
		if err != nil {
			t.Fatal(err)
		}
		schema.Tables = append(schema.Tables, &catalog.Table{Schema: name.Schema, Name: name.Name, Kind: catalog.OrdinaryTable})
	}
	in[snapshot.FileName] = &fstest.MapFile{Data: snapshot.Of(schema).Encode()}
	return in
}

// Tables are resolved as the server does it, and a partition counts as its table.
func TestTablesOfAPair(t *testing.T) {
	t.Parallel()
	dsn := shop(t)
	exec(t, dsn, resort, "ALTER ROLE CURRENT_USER IN DATABASE "+connect(t, dsn).Config().Database+" SET search_path = hr, public")
	in := asked(t)
	reads := map[string]string{
		"SELECT name FROM employee":                                     "hr.employee",
		"SELECT * FROM employee, guest":                                 "hr.employee public.guest",
		`SELECT "Stars" FROM "Reviews"`:                                 "public.Reviews",
		"SELECT day FROM visit_2025":                                    "public.visit",
		"SELECT v.day FROM visit v JOIN hr.visit_2025_01 USING (day)":   "public.visit",
		"SELECT * FROM ROWS FROM (generate_series(1, 2)) x, guest":      "public.guest",
		"SELECT count(*) FROM guest TABLESAMPLE SYSTEM (10)":            "public.guest",
		"SELECT name FROM dog":                                          "public.dog",
		"WITH guest AS (SELECT 1 AS a FROM animal) SELECT a FROM guest": "public.animal",
	}
	run := stepstest.New(t, dsn, in)
	pool, err := run.Business(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for sql, want := range reads {
		check, tables, err := validate.CheckOne(t.Context(), pool, validate.Task{}, sql)
		if got := strings.Join(tables, " "); err != nil || !check.Passes() || got != want {
			t.Errorf("%s: %+v of %q, %v", sql, check, got, err)
		}
		run.Pairs = append(run.Pairs, events.Pair{ID: pairs.ID(sql, sql), Question: sql, SQL: sql, Source: events.SourcePerson,
			Difficulty: events.DifficultyEasy, Tables: []string{"public.guessed"}})
	}
	in[pairFile].Data = asked(t, "good?", good)[pairFile].Data
	if _, err := step().Run(t.Context(), run.Run); err != nil {
		t.Fatal(err)
	}
	index, err := pairs.ReadIndex(run.Files.FS(), pairs.VerdictsFile)
	if err != nil || len(index) != len(reads)+1 {
		t.Fatalf("%d entries, %v", len(index), err)
	}
	for _, p := range index {
		if want := reads[p.Question]; want != "" && !slices.Equal(p.Tables, strings.Fields(want)) {
			t.Errorf("%s: the step finds %q, want %q", p.SQL, p.Tables, want)
		}
	}
}

// Where no row may be read, nothing runs for a single text either.
func TestCheckOneReadsNoRowWhereOnlyTheSchemaMayBe(t *testing.T) {
	t.Parallel()
	pool, err := stepstest.New(t, shop(t), nil).Business(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for masking, want := range map[string]string{"": events.VerdictError, events.SchemaOnly: events.VerdictValid} {
		check, _, err := validate.CheckOne(t.Context(), pool, validate.Task{Masking: masking}, "SELECT city::int FROM guest")
		if err != nil || check.Verdict != want {
			t.Errorf("%q: %+v, %v", masking, check, err)
		}
	}
}

// What the step fails with, the single check fails with.
func TestADamagedSnapshotIsToldToWhoeverAsks(t *testing.T) {
	t.Parallel()
	pool, err := stepstest.New(t, shop(t), nil).Business(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	damaged := fstest.MapFS{snapshot.FileName: {Data: []byte(`{"tables":`)}}
	if _, _, err := validate.CheckOne(t.Context(), pool, validate.Task{Files: damaged}, good); err == nil || !strings.Contains(err.Error(), "schema_snapshot_malformed") {
		t.Error(err)
	}
}
