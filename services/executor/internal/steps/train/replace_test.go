package train_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/quality"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/train"
)

// mapped is what the earlier steps leave of two tables, with these pairs.
func mapped(t *testing.T, list ...events.Pair) fstest.MapFS {
	t.Helper()
	index, err := pairs.EncodeIndex(list)
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"filename_mapping.txt":              {Data: []byte("public.guest -> guest.ddl, guest_detail.md\npublic.booking -> booking.ddl, booking_detail.md\n")},
		"guest.ddl":                         {Data: []byte("CREATE TABLE public.guest (name text);")},
		"booking.ddl":                       {Data: []byte("CREATE TABLE public.booking (status text);")},
		"guest_detail.md":                   {Data: []byte("## guest\n")},
		"booking_detail.md":                 {Data: []byte("## booking\n")},
		"db_query_decision_prompt.txt":      {Data: []byte("=== Business scope of the database ===\n")},
		"qs_shop_20250701_143052_pair.json": {Data: []byte("[]")},
		pairs.IndexFile:                     {Data: index},
	}
}

func pair(question, sql string, tables ...string) events.Pair {
	return events.Pair{ID: pairs.ID(question, sql), Question: question, SQL: sql, Tables: tables, Source: events.SourceRules,
		Check: &events.PairCheck{Verdict: events.VerdictValid}}
}

// later is another task on the same database.
func later(t *testing.T, in fstest.MapFS) *stepstest.Run {
	run := stepstest.New(t, "", in)
	run.TaskID, run.RequestedAt = "task_20250702_100000", run.RequestedAt.AddDate(0, 0, 1)
	return run
}

func questions(t *testing.T, dsn string) []string {
	t.Helper()
	return query[string](t, dsn, `SELECT q FROM (SELECT document::jsonb ->> 'question' AS q FROM langchain_pg_embedding WHERE id LIKE '%-sql') AS p ORDER BY q COLLATE "C"`)
}

var (
	guests   = pair("How many guests?", "SELECT count(*) FROM guest;", "public.guest")
	bookings = pair("How many bookings?", "SELECT count(*) FROM booking;", "public.booking")
	rooms    = pair("How many rooms?", "SELECT count(*) FROM room;", "public.room")
)

// A second task on the same tables replaces what it does not have any more, and
// leaves alone what is about others.
func TestRunReplacesWhatItNoLongerHas(t *testing.T) {
	dsn := testkit.Postgres(t)
	load(t, train.Config{URL: dsn}, stepstest.New(t, "", mapped(t, guests, bookings, rooms)))
	other := stepstest.New(t, "", mapped(t, guests))
	other.Identity = "db.example:5432/other"
	load(t, train.Config{URL: dsn}, other)
	in := mapped(t, guests)
	in["guest.ddl"] = &fstest.MapFile{Data: []byte("CREATE TABLE public.guest (name text, born date);")}
	got := load(t, train.Config{URL: dsn}, later(t, in))
	if got.Inserted != 1 || got.Unchanged != 5 || got.Removed != 2 || got.Total != 6 || got.Counts != (train.Counts{SQL: 1, DDL: 2, Documentation: 3}) {
		t.Errorf("%+v", got)
	}
	if got := questions(t, dsn); !slices.Equal(got, []string{"How many guests?", "How many guests?", "How many rooms?"}) {
		t.Errorf("questions %q", got)
	}
	if again := load(t, train.Config{URL: dsn}, later(t, in)); again.Inserted != 0 || again.Removed != 0 || again.Unchanged != 6 {
		t.Errorf("again: %+v", again)
	}
}

// Training data of tables that the list means and the database no longer has
// goes; that of a table that could not be read this time stays.
func TestRunRemovesTheTablesThatAreGone(t *testing.T) {
	for name, tt := range map[string]struct {
		list   []string
		failed string
		want   []string
	}{
		"dropped":         {[]string{"public.*"}, "", []string{"How many bookings?"}},
		"not in the list": {[]string{"public.booking"}, "", []string{"How many bookings?", "How many guests?"}},
		"not readable":    {[]string{"public.*"}, "public.guest", []string{"How many bookings?", "How many guests?"}},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := testkit.Postgres(t)
			load(t, train.Config{URL: dsn}, stepstest.New(t, "", mapped(t, guests, bookings)))
			in := mapped(t, bookings)
			in["filename_mapping.txt"] = &fstest.MapFile{Data: []byte("public.booking -> booking.ddl, booking_detail.md\n")}
			delete(in, "guest.ddl")
			delete(in, "guest_detail.md")
			in["ddl_generation_result.json"] = &fstest.MapFile{Data: []byte(`{"failed_tables": ["` + tt.failed + `"]}`)}
			run := later(t, in)
			run.Request.Tables = tt.list
			load(t, train.Config{URL: dsn}, run)
			if got := questions(t, dsn); !slices.Equal(got, tt.want) {
				t.Errorf("questions %q", got)
			}
		})
	}
}

// A folder that does not say which tables it is about replaces nothing.
func TestRunWithoutAMappingReplacesNothing(t *testing.T) {
	dsn := testkit.Postgres(t)
	load(t, train.Config{URL: dsn}, stepstest.New(t, "", mapped(t, guests, bookings)))
	in := mapped(t, guests)
	delete(in, "filename_mapping.txt")
	if got := load(t, train.Config{URL: dsn}, later(t, in)); got.Removed != 0 {
		t.Errorf("%+v", got)
	}
}

// A load without pairs takes none out: nobody made any, or approved them yet.
func TestRunWithoutPairsKeepsThoseOfEarlierLoads(t *testing.T) {
	for name, tt := range map[string]struct {
		pairs        []events.Pair
		approvedOnly bool
	}{"no pairs": {nil, false}, "none approved": {[]events.Pair{guests}, true}} {
		t.Run(name, func(t *testing.T) {
			dsn := testkit.Postgres(t)
			load(t, train.Config{URL: dsn}, stepstest.New(t, "", mapped(t, guests, bookings)))
			in := mapped(t, tt.pairs...)
			in["guest.ddl"] = &fstest.MapFile{Data: []byte("CREATE TABLE public.guest (name text, born date);")}
			run := later(t, in)
			run.Request.Options.LoadApprovedOnly = tt.approvedOnly
			if got := load(t, train.Config{URL: dsn}, run); got.Removed != 1 {
				t.Errorf("removed %d", got.Removed)
			}
			if got := questions(t, dsn); !slices.Equal(got, []string{"How many bookings?", "How many guests?"}) {
				t.Errorf("questions %q", got)
			}
		})
	}
}

// People have the last word, and what a check refused is not loaded.
func TestRunLoadsWhatPeopleAndChecksLet(t *testing.T) {
	refused, rejected := pair("Refused?", "SELECT x FROM guest;", "public.guest"), pair("Rejected?", "SELECT 1 FROM guest;", "public.guest")
	refused.Check = &events.PairCheck{Verdict: events.VerdictError, Rung: events.RungNames}
	empty := pair("None?", "SELECT 2 FROM guest WHERE false;", "public.guest")
	empty.Check = &events.PairCheck{Verdict: events.VerdictEmpty}
	at := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	decision := func(p events.Pair, d string) events.Pair {
		p.Decision, p.DecidedBy, p.DecidedAt = d, "li.na", &at
		return p
	}
	added := pair("Added?", "SELECT 3 FROM guest;", "public.guest")
	added.Source = events.SourcePerson
	for name, tt := range map[string]struct {
		approvedOnly bool
		want         []string
	}{
		"all": {false, []string{"Added?", "How many bookings?", "How many guests?", "None?"}}, "approved only": {true, []string{"How many guests?"}},
	} {
		t.Run(name, func(t *testing.T) {
			dsn := testkit.Postgres(t)
			run := stepstest.New(t, "", mapped(t, guests, bookings, refused, rejected, empty))
			run.Pairs = []events.Pair{decision(guests, events.DecisionApproved), decision(rejected, events.DecisionRejected), added}
			run.Request.Options.LoadApprovedOnly = tt.approvedOnly
			load(t, train.Config{URL: dsn}, run)
			if got := questions(t, dsn); !slices.Equal(got, tt.want) {
				t.Errorf("loaded %q", got)
			}
		})
	}
}

// Every row can be traced to where it comes from.
func TestRunWritesWhereRowsComeFrom(t *testing.T) {
	dsn := testkit.Postgres(t)
	load(t, train.Config{URL: dsn}, stepstest.New(t, "", mapped(t, guests)))
	for document, want := range map[string]string{
		`{"question": "How many guests?", "sql": "SELECT count(*) FROM guest;"}`: `{"task_id": "task_20250701_143052", "load_id": "task_20250701_143052_load_20250701_143052", "file": "qs_shop_20250701_143052_pair.json", "verdict": "valid", "tables": ["public.guest"], "pair_id": "` + guests.ID + `"}`,
		"## guest":                               `{"file": "guest_detail.md", "tables": ["public.guest"]}`,
		"=== Business scope of the database ===": `{"file": "db_query_decision_prompt.txt", "tables": ["public.booking", "public.guest"]}`,
	} {
		got := query[bool](t, dsn, "SELECT cmetadata @> '"+want+"' AND cmetadata ? 'loaded_at' FROM langchain_pg_embedding WHERE document = '"+document+"'")
		if !slices.Equal(got, []bool{true}) {
			t.Errorf("%s: %v", document, query[string](t, dsn, "SELECT cmetadata::text FROM langchain_pg_embedding WHERE document = '"+document+"'"))
		}
	}
}

// A copy of the store is what it was before the load, and goes back by COPY.
func TestRunCopiesTheStoreFirst(t *testing.T) {
	dsn := testkit.Postgres(t)
	load(t, train.Config{URL: dsn}, stepstest.New(t, "", mapped(t, guests, bookings)))
	before := everything(t, dsn)
	run := later(t, mapped(t, guests))
	run.Request.Options.BackupVectorTables = true
	got := load(t, train.Config{URL: dsn}, run)
	files := []string{"langchain_pg_collection_20250702_143052.csv", "langchain_pg_embedding_20250702_143052.csv"}
	if got.Backup == nil || !slices.Equal(got.Backup.Files, files) || got.Backup.Rows != 10 || got.Removed != 1 {
		t.Fatalf("%+v, %+v", got, got.Backup)
	}
	exec(t, dsn, "TRUNCATE langchain_pg_collection, langchain_pg_embedding")
	for i, table := range []string{"langchain_pg_collection", "langchain_pg_embedding"} {
		copyFrom(t, dsn, table, run.Files.Text(files[i]))
	}
	if everything(t, dsn) != before {
		t.Error("the copy is not what the store was")
	}
}

func TestRunRefusesACopyThatIsTooLarge(t *testing.T) {
	dsn := testkit.Postgres(t)
	load(t, train.Config{URL: dsn}, stepstest.New(t, "", mapped(t, guests)))
	before := everything(t, dsn)
	run := later(t, mapped(t, guests, bookings))
	run.Request.Options.BackupVectorTables = true
	if e := failure(t, train.Config{URL: dsn, MaxBackup: 1000}, run); e.Type != "vector_backup_too_large" {
		t.Errorf("%v", e)
	}
	if everything(t, dsn) != before {
		t.Error("the store changed")
	}
}

// The report is measured in the store, by what Vanna would find there.
func TestRunReportsQuality(t *testing.T) {
	dsn := testkit.Postgres(t)
	other := stepstest.New(t, "", mapped(t, guests))
	other.Identity = "db.example:5432/other"
	load(t, train.Config{URL: dsn}, other)
	run := stepstest.New(t, "", mapped(t, guests, bookings))
	load(t, train.Config{URL: dsn}, run)
	var r quality.Report
	if err := json.Unmarshal([]byte(run.Files.Text(quality.JSONFile)), &r); err != nil {
		t.Fatal(err)
	}
	if r.WrittenBy != events.StepLoad || r.Retrieval == nil || r.Retrieval.MeasuredIn != "store" || r.Retrieval.Questions != 2 || *r.Retrieval.Pages[2].Recall != 1 || *r.Retrieval.OwnPages[0].Recall != 1 {
		t.Errorf("%+v, %+v", r, r.Retrieval)
	}
	if step := r.Steps[3]; !step.Done || step.Name != events.StepLoad {
		t.Errorf("%+v", step)
	}
	if !strings.Contains(run.Files.Text(quality.MarkdownFile), "in the vector store") {
		t.Error(run.Files.Text(quality.MarkdownFile))
	}
}
