package quality_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/quality"
)

// many are pairs about companies, every third with an empty result.
func many(n int) []events.Pair {
	var list []events.Pair
	for i := range n {
		check := &events.PairCheck{Verdict: events.VerdictValid}
		if i%3 == 0 {
			check.Verdict = events.VerdictEmpty
		}
		list = append(list, pair(fmt.Sprintf("Who is company %d?", i), fmt.Sprintf("SELECT name FROM company WHERE id = %d;", i), fmt.Sprintf("theme %d", i), check, "public.company"))
	}
	return list
}

// More themes than were asked for are explained.
func TestReportSaysWhyThereAreMoreThemes(t *testing.T) {
	for lang, want := range map[events.Language]string{events.English: "There are 30 themes instead of 5: so that each of 4 tables is asked about.", events.Chinese: "主题为 30 个而不是 5 个：使 4 张表都被问到。"} {
		run, in := validation(t, lang)
		run.In.(fstest.MapFS)["qa_generation_result.json"] = &fstest.MapFile{Data: []byte(`{"themes_asked_for":5}`)}
		in.Pairs = many(30)
		if r := report(t, run, in); r.Spread.AskedFor != 5 || !strings.Contains(run.Files.Text(quality.MarkdownFile), want) {
			t.Errorf("%d, and the report lacks %q", r.Spread.AskedFor, want)
		}
	}
}

// What is wanting is named, though every step did its work.
func TestReportSaysWhatIsWanting(t *testing.T) {
	run, in := validation(t, events.English)
	run.In.(fstest.MapFS)["ddl_generation_result.json"] = &fstest.MapFile{Data: []byte(`{"masking":{"mode":"off"}}`)}
	run.In.(fstest.MapFS)["qa_generation_result.json"] = &fstest.MapFile{Data: []byte(`{}`)}
	in.Pairs = many(30)
	in.Store = fixed{}
	got := strings.Join(report(t, run, in).Problems, "\n")
	for _, want := range []string{
		"33.3% of the SQL (statements: 10) finds no row", "retrieval is poor (recall at 5 is 0.0%)",
		"tables without a question: 3 (public.area, public.audit, public.revenue)", "only 22.2% of the columns are asked about (2 / 9)",
		"no pair has a query of these shapes: group, order and limit, join, deep join", "masking is off",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the problems lack %q:\n%s", want, got)
		}
	}
}

// A task that read a part of its list only is measured against all of it, and
// the report names what is missing with the statements that grant it.
func TestTablesThatCannotBeReadCount(t *testing.T) {
	run, in := validation(t, events.English)
	run.In.(fstest.MapFS)["ddl_generation_result.json"] = &fstest.MapFile{Data: []byte(`{"total_tables":6,"failed_tables":["public.pay","public.secret"],
		"missing_privileges":[{"table":"public.pay","privilege":"SELECT","hint":"GRANT SELECT ON public.pay TO reader;"},{"table":"public.secret","privilege":"SELECT","hint":"GRANT SELECT ON public.secret TO \"the reader of the tables of the accounting department\";"}]}`)}
	r := report(t, run, in)
	if c := r.Coverage; c.Tables.Covered != 3 || c.Tables.Total != 6 || !slices.Equal(c.Unread, []string{"public.pay", "public.secret"}) || !slices.Equal(c.Unasked, []string{"public.audit"}) {
		t.Errorf("%+v", c)
	}
	got := strings.Join(r.Problems, "\n")
	for _, want := range []string{"2 of the 6 listed tables could not be read", `GRANT SELECT ON public.pay TO reader; GRANT SELECT ON public.secret TO "the reader of the tables of the accounting department";`} {
		if !strings.Contains(got, want) {
			t.Errorf("the problems lack %q:\n%s", want, got)
		}
		if page := run.Files.Text(quality.MarkdownFile); !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

// shared holds documents of other databases, which alone are found unless the
// database's own are asked for.
type shared struct{ own fixed }

func (s shared) Search(ctx context.Context, kind string, vector []float32, k int, own bool) ([]quality.Found, error) {
	if own {
		return s.own.Search(ctx, kind, vector, k, own)
	}
	return make([]quality.Found, k), nil
}

// Recall is told with and without the documents of other databases.
func TestRecallAmongOwnDocuments(t *testing.T) {
	run, in := validation(t, events.English)
	in.Store = shared{fixed{events.TrainingDDL: {{Tables: []string{"public.area"}}, {Tables: []string{"public.company"}}, {Tables: []string{"public.revenue"}}}}}
	r := report(t, run, in)
	if *r.Retrieval.Pages[2].Recall != 0 || *r.Retrieval.OwnPages[2].Recall != 1 {
		t.Errorf("%+v", r.Retrieval)
	}
	if got := strings.Join(r.Problems, "\n"); !strings.Contains(got, "recall at 5 is 0.0%, and 100.0% among the documents of this database alone") || strings.Contains(got, "poor") {
		t.Errorf("problems:\n%s", got)
	}
}

// A Chinese report says in Chinese, and once, that a model's answers were
// refused.
func TestReportSpeaksOneLanguage(t *testing.T) {
	run, in := validation(t, events.Chinese)
	run.In.(fstest.MapFS)["ddl_generation_result.json"] = &fstest.MapFile{Data: []byte(`{"masking":{"mode":"mask","columns":[{"table":"public.company","column":"phone","kind":"phone"}]},
		"model_usage":{"model":"m","problems":["model answer refused: questions: it does not fit the schema","model answer refused: 0 themes; about 5 are wanted"]}}`)}
	if err := quality.Write(t.Context(), run.Run, in); err != nil {
		t.Fatal(err)
	}
	page := run.Files.Text(quality.MarkdownFile)
	if n := strings.Count(page, "模型的部分回答不符合要求"); n != 1 || strings.Contains(page, "refused") || !strings.Contains(page, "| 电话 |") {
		t.Errorf("%d lines:\n%s", n, page)
	}
}

// The page says of each mode what became of rows, and counts all columns though
// the step's result names the first of them only.
func TestPageSaysWhatMaskingDid(t *testing.T) {
	for masking, want := range map[string]string{
		`{"mode":"mask","values":900,"total_columns":300,"columns":[{"table":"public.company","column":"phone","kind":"phone","values":9}]}`: "Mode `mask`: columns 300, values 900.",
		`{"mode":"schema_only","values":0,"total_columns":0,"columns":[]}`:                                                                   "Mode `schema_only`: no row was read.",
		`{"mode":"off","values":0,"total_columns":0,"columns":[]}`:                                                                           "Mode `off`: values are shown as they are.",
	} {
		run, in := validation(t, events.English)
		run.In.(fstest.MapFS)["ddl_generation_result.json"] = &fstest.MapFile{Data: []byte(`{"masking":` + masking + `}`)}
		if err := quality.Write(t.Context(), run.Run, in); err != nil {
			t.Fatal(err)
		}
		if page := run.Files.Text(quality.MarkdownFile); !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

// Of many themes the page shows those that fare worst.
func TestLongListsOfThemesAreCut(t *testing.T) {
	run, in := validation(t, events.English)
	in.Pairs = many(130)
	in.Pairs[129].Check = &events.PairCheck{Verdict: events.VerdictError}
	r := report(t, run, in)
	if len(r.Spread.Themes) != 130 || len(r.Retrieval.Themes) != 129 {
		t.Errorf("the file has %d and %d themes", len(r.Spread.Themes), len(r.Retrieval.Themes))
	}
	page := run.Files.Text(quality.MarkdownFile)
	if n := strings.Count(page, "\n| theme "); n != 40+2 || !strings.Contains(page, "| theme 129 | 0 / 1 | 0 |") || !strings.Contains(page, "110 more are in quality_report.json") {
		t.Errorf("%d rows of themes:\n%s", n, page)
	}
}
