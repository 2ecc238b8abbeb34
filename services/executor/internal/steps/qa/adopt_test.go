package qa_test

import (
	"slices"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

// focus are the themes of a run with their own tables, by name.
func focus(t *testing.T, run *stepstest.Run) map[string]qa.ThemeEntry {
	t.Helper()
	themes, err := qa.ReadThemes(run.Files.FS())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]qa.ThemeEntry{}
	for _, th := range themes {
		out[th.Name] = th
	}
	return out
}

// of is the name of the theme of a table.
func of(themes map[string]qa.ThemeEntry, table string) string {
	for name, th := range themes {
		if slices.Contains(th.Focus, table) {
			return name
		}
	}
	return ""
}

const refunds = `CREATE TABLE reason (code text PRIMARY KEY, reason_name text NOT NULL); INSERT INTO reason VALUES ('a', 'broken'), ('b', 'late');
	CREATE TABLE refund (id int PRIMARY KEY, purchase_id int NOT NULL REFERENCES purchase, reason text NOT NULL REFERENCES reason, refunded numeric(10,2) NOT NULL);
	INSERT INTO refund SELECT i, i, (ARRAY['a', 'b'])[1 + i % 2], i FROM generate_series(1, 30) i;
	CREATE TABLE weather (id int PRIMARY KEY, degrees numeric(4,1)); INSERT INTO weather SELECT i, i FROM generate_series(1, 20) i`

// TestANewTableJoinsTheThemeThatItsKeyLeadsTo, with a table of codes that only
// it refers to; one without a key becomes a theme of its own.
func TestANewTableJoinsTheThemeThatItsKeyLeadsTo(t *testing.T) {
	t.Parallel()
	dsn := offices(t)
	first, _ := asked(t, dsn, nil)
	base := left(t, dsn, first, nil)
	execute(t, dsn, refunds)
	second, result := asked(t, dsn, base)
	before, after := focus(t, first), focus(t, second)
	joined := of(before, "public.purchase")
	if !slices.Equal(after[joined].Focus, []string{"public.customer", "public.purchase", "public.reason", "public.refund"}) {
		t.Errorf("%q has %v", joined, after[joined].Focus)
	}
	if result.ReusedThemes != 1 || result.TotalThemes != 3 || of(after, "public.weather") == joined {
		t.Errorf("%+v", result)
	}
	if n := second.Lines.FilterMessageSnippet("their tables did not change: 1").Len(); n != 1 {
		t.Errorf("%v", second.Lines.All())
	}
	read := map[string]bool{}
	for _, p := range index(t, second) {
		if p.Theme == joined && p.Reused {
			t.Errorf("taken over: %+v", p)
		}
		for _, name := range p.Tables {
			read[name] = true
		}
	}
	if !read["public.refund"] || !read["public.reason"] {
		t.Errorf("read: %v", read)
	}
}

// TestANewTableJoinsTheSmallestThemeWhereThereMayBeNoMore: the number of themes and
// questions that a request says holds for the next task too.
func TestANewTableJoinsTheSmallestThemeWhereThereMayBeNoMore(t *testing.T) {
	t.Parallel()
	dsn := offices(t)
	task := func(base *steps.Base) (*stepstest.Run, qa.Result) {
		run := newRun(t, dsn, events.English)
		run.Request.Options.Themes, run.Request.Options.QuestionsPerTheme, run.Base = 2, 6, base
		result, err := qa.New(qa.Config{}).Run(t.Context(), run.Run)
		if err != nil {
			t.Fatal(err)
		}
		return run, result.Data.(qa.Result)
	}
	first, _ := task(nil)
	base := left(t, dsn, first, nil)
	execute(t, dsn, "CREATE TABLE weather (id int PRIMARY KEY, degrees numeric(4,1)); INSERT INTO weather SELECT i, i FROM generate_series(1, 20) i")
	_, result := task(base)
	if result.TotalThemes != 2 || result.ReusedThemes != 1 || result.TotalQuestions != 12 || result.Coverage.TablesCovered != 5 {
		t.Errorf("%+v", result)
	}
}

// TestAThemeThatAModelMadeKeepsItsWords when a table joins it.
func TestAThemeThatAModelMadeKeepsItsWords(t *testing.T) {
	t.Parallel()
	dsn := testkit.Postgres(t)
	execute(t, dsn, bookshop)
	server := modelserver.New(t)
	server.Answer(obliging(25))
	first, _, _ := modelRun(t, dsn, server)
	before := focus(t, first)
	base := left(t, dsn, first, nil)
	execute(t, dsn, `CREATE TABLE parcel (id int PRIMARY KEY, book_id int REFERENCES book, grams int); INSERT INTO parcel SELECT i, i, i FROM generate_series(1, 5) i`)
	run := newRun(t, dsn, events.English)
	run.Base, run.Model = base, stepstest.Model(t, server)
	if _, err := qa.New(qa.Config{}).Run(t.Context(), run.Run); err != nil {
		t.Fatal(err)
	}
	after := focus(t, run)
	name := of(after, "public.parcel")
	if name != of(before, "public.book") || after[name].Description != before[name].Description || after[name].Source != events.SourceModel || !slices.Contains(after[name].Entities, "parcel") {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
}
