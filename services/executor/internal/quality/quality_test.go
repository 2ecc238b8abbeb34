package quality_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/quality"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// highway is what the steps before validation leave of four tables.
func highway() fstest.MapFS {
	files := map[string]string{
		"filename_mapping.txt": "public.company -> company.ddl, company_detail.md\npublic.area -> area.ddl, area_detail.md\npublic.revenue -> revenue.ddl, revenue_detail.md\npublic.audit -> audit.ddl, audit_detail.md\n",
		"company.ddl":          "-- 中文名: 公司\nCREATE TABLE public.company (id bigint, name text);", "company_detail.md": "## company（公司）\n- name (text) - 公司名称",
		"area.ddl": "-- 中文名: 服务区\nCREATE TABLE public.area (id bigint, company_id bigint);", "area_detail.md": "## area（服务区）\n- company_id (bigint) - 所属公司",
		"revenue.ddl": "-- 中文名: 营业额\nCREATE TABLE public.revenue (area_id bigint, amount numeric, paid_on date);", "revenue_detail.md": "## revenue（营业额）\n- amount (numeric) - 金额",
		"audit.ddl": "-- 中文名: 审计\nCREATE TABLE public.audit (id bigint);", "audit_detail.md": "## audit（审计）",
		"db_query_decision_prompt.txt": "=== 数据库业务范围 ===\n高速公路服务区",
		"schema_snapshot.json":         schema(),
		"ddl_generation_result.json": `{"total_tables":5,"failed":1,"failed_tables":["public.secret"],"duration_seconds":1.5,
			"masking":{"mode":"mask","values":12,"total_columns":1,"columns":[{"table":"public.company","column":"phone","kind":"phone","values":12}]},
			"generated_by":"mixed","model_usage":{"model":"qwen-max","requests":4,"failed_requests":1,"cached":1,"failed":1,"prompt_tokens":1200,"completion_tokens":300,"cost":0.021,"budget_exhausted":false,"problems":["model answer refused: it names a table that does not exist"]}}`,
		"qa_generation_result.json":            `{"output_file":"qs_highway_20250701_143052_pair.json","total_questions":6,"failed_themes":["审计"],"duration_seconds":2.5,"generated_by":"rules"}`,
		"qs_highway_20250701_143052_pair.json": `[]`,
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// schema is the snapshot of the four tables.
func schema() string {
	table := func(name string, columns ...string) *catalog.Table {
		t := &catalog.Table{Schema: "public", Name: name, Kind: catalog.OrdinaryTable}
		for _, c := range columns {
			t.Columns = append(t.Columns, catalog.Column{Name: c, Type: "text"})
		}
		return t
	}
	return string(snapshot.Of(&catalog.Schema{Tables: []*catalog.Table{table("area", "id", "company_id"), table("audit", "id"),
		table("company", "id", "name", "Tax No"), table("revenue", "area_id", "amount", "paid_on")}}).Encode())
}

func pair(question, sql, theme string, check *events.PairCheck, tables ...string) events.Pair {
	_, shapes, difficulty := pairs.Describe(sql, nil)
	return events.Pair{ID: pairs.ID(question, sql), Question: question, SQL: sql, Theme: theme, Tables: tables, Shapes: shapes,
		Difficulty: difficulty, Source: events.SourceRules, Check: check}
}

func judged() []events.Pair {
	valid := &events.PairCheck{Verdict: events.VerdictValid}
	list := []events.Pair{
		pair("每个公司有多少个服务区？", "SELECT c.name, count(*) FROM public.company c JOIN public.area a ON a.company_id = c.id GROUP BY c.name;", "服务区", valid, "public.area", "public.company"),
		pair("营业额最高的服务区是哪个？", "SELECT area_id FROM revenue GROUP BY area_id ORDER BY sum(amount) DESC LIMIT 1;", "营业额", valid, "public.revenue"),
		pair("2019 年的营业额是多少？", "SELECT sum(amount) FROM revenue WHERE paid_on < '2020-01-01';", "营业额", &events.PairCheck{Verdict: events.VerdictEmpty}, "public.revenue"),
		pair("公司按名称排序", "SELECT name FROM company ORDER BY name;", "服务区", &events.PairCheck{Verdict: events.VerdictValid,
			OriginalSQL: "SELECT nam FROM company ORDER BY nam;", Diff: "-SELECT nam FROM company ORDER BY nam;\n+SELECT name FROM company ORDER BY name;\n"}, "public.company"),
		pair("审计 | 记录 <有> 多少？", "SELECT count(*) FROM audits;", "审计", &events.PairCheck{Verdict: events.VerdictError, Rung: events.RungNames,
			ErrorType: "undefined_table", SQLState: "42P01", Message: "表 audits 不存在"}, "public.audits"),
		pair("公司有几家", "SELECT count(*) FROM company;", "服务区", valid, "public.company"),
	}
	list[5].Decision, list[3].Source = events.DecisionRejected, events.SourcePerson
	return list
}

// validation is a run of sql_validation at its end.
func validation(t *testing.T, lang events.Language) (*stepstest.Run, quality.Input) {
	run := stepstest.New(t, "", highway())
	run.Request.Language, run.Database = lang, "highway"
	return run, quality.Input{Step: events.StepValidation, Pairs: judged(),
		Result: map[string]any{"duration_seconds": 0.25, "repair_stats": map[string]int{"attempted": 2, "successful": 1, "failed": 1}}}
}

func TestReport(t *testing.T) {
	for _, lang := range []events.Language{events.Chinese, events.English} {
		t.Run(string(lang), func(t *testing.T) {
			run, in := validation(t, lang)
			if err := quality.Write(t.Context(), run.Run, in); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{quality.JSONFile, quality.MarkdownFile} {
				testkit.Golden(t, filepath.Join("testdata", string(lang), name), []byte(run.Files.Text(name)))
			}
			first := run.Files.FS()
			again, in := validation(t, lang)
			if err := quality.Write(t.Context(), again.Run, in); err != nil {
				t.Fatal(err)
			}
			for name, f := range first {
				if again.Files.Text(name) != string(f.Data) {
					t.Errorf("%s differs the second time", name)
				}
			}
		})
	}
}

func report(t *testing.T, run *stepstest.Run, in quality.Input) (r quality.Report) {
	t.Helper()
	if err := quality.Write(t.Context(), run.Run, in); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(run.Files.Text(quality.JSONFile)), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// A pair that a person rejected is not checked because nobody wants it, which is
// nothing to look at.
func TestRejectedPairsNeedNoCheck(t *testing.T) {
	run, in := validation(t, events.English)
	in.Pairs[5].Check = nil
	if r := report(t, run, in); r.Validation.Unchecked != 0 || strings.Contains(strings.Join(r.Problems, "\n"), "not checked") {
		t.Errorf("rejected: %+v, %q", r.Validation, r.Problems)
	}
	in.Pairs[5].Decision = ""
	if r := report(t, run, in); r.Validation.Unchecked != 1 || !slices.Contains(r.Problems, "pairs that were not checked: 1") {
		t.Errorf("forgotten: %+v, %q", r.Validation, r.Problems)
	}
}

// A model that could not be used is named with what to do, and nothing of what
// its endpoint said, which may repeat the question.
func TestReportOfAModelThatWasAway(t *testing.T) {
	for lang, want := range map[events.Language]string{
		events.Chinese: "HTTP 429：要求等待 24 小时", events.English: "HTTP 429: it asks to wait 24 h",
	} {
		run, in := validation(t, lang)
		run.In.(fstest.MapFS)["qa_generation_result.json"] = &fstest.MapFile{Data: []byte(`{"generated_by":"rules","model_usage":{"model":"qwen-max","requests":2,"failed_requests":2,"cached":0,"failed":5,
			"unavailable":{"status":429,"wait_seconds":86400},"problems":["model unavailable: HTTP 429: about 张伟","model unavailable: given up"]}}`)}
		r := report(t, run, in)
		page := run.Files.Text(quality.MarkdownFile)
		if told := strings.Join(r.Problems, "\n"); strings.Count(told, want) != 1 || !strings.Contains(page, want) || strings.Contains(told+page, "张伟") {
			t.Errorf("%s\n%s", told, page)
		}
		if m := r.Model; m.Requests != 6 || m.FailedRequests != 3 || m.Unavailable != want {
			t.Errorf("%+v", m)
		}
	}
}

// A report never fails for what it has to work with; it says what it lacks.
func TestReportOfAlmostNothing(t *testing.T) {
	for name, in := range map[string]fstest.MapFS{
		"no file":       {},
		"broken files":  {"pair_index.json": {Data: []byte("[")}, "filename_mapping.txt": {Data: []byte("x")}, "schema_snapshot.json": {Data: []byte("{")}, "ddl_generation_result.json": {Data: []byte("{")}},
		"an odd result": {"qa_generation_result.json": {Data: []byte(`{"failed_themes":3}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			r := report(t, stepstest.New(t, "", in), quality.Input{Step: events.StepValidation, Result: struct{}{}})
			if len(r.Problems) == 0 || r.Retrieval != nil || r.Pairs.Total != 0 || r.Coverage.Tables.Ratio != nil {
				t.Errorf("%+v", r)
			}
		})
	}
}

// Recall counts exactly the tables that are found within k.
func TestRecall(t *testing.T) {
	run, in := validation(t, events.English)
	two := in.Pairs[0]
	in.Pairs = []events.Pair{two}
	in.Store = fixed{
		events.TrainingDDL:           {{Tables: []string{"public.audit"}}, {Tables: []string{"public.area"}}},
		events.TrainingDocumentation: {{Tables: nil}, {}, {}, {}, {Tables: []string{"public.company"}}},
		events.TrainingSQL:           {{PairID: two.ID, Tables: two.Tables}, {PairID: "p_other", Tables: []string{"public.company"}}},
	}
	r := report(t, run, in).Retrieval
	if r.MeasuredIn != "store" || r.Questions != 1 {
		t.Errorf("%+v", r)
	}
	want := []struct{ pages, complete, pairs float64 }{{0, 0, 0.5}, {0.5, 0, 0.5}, {1, 1, 0.5}, {1, 1, 0.5}}
	for i, w := range want {
		if *r.Pages[i].Recall != w.pages || *r.Pages[i].Complete != w.complete || *r.Pairs[i].Recall != w.pairs {
			t.Errorf("k = %d: %v %v %v, want %+v", r.Pages[i].K, *r.Pages[i].Recall, *r.Pages[i].Complete, *r.Pairs[i].Recall, w)
		}
	}
	if len(r.Worst) != 0 {
		t.Errorf("worst %v", r.Worst)
	}
}

// A report of questions that find nothing says what helps.
func TestPoorRetrievalSaysWhatHelps(t *testing.T) {
	run, in := validation(t, events.English)
	in.Store = fixed{}
	r := report(t, run, in)
	if *r.Retrieval.Pages[2].Recall != 0 || len(r.Retrieval.Worst) != 4 || !strings.Contains(strings.Join(r.Problems, "\n"), "retrieval is poor (recall at 5 is 0.0%)") {
		t.Errorf("%+v\n%q", r.Retrieval, r.Problems)
	}
}

// fixed finds the same whatever is asked.
type fixed map[string][]quality.Found

func (f fixed) Search(_ context.Context, kind string, _ []float32, k int, _ bool) ([]quality.Found, error) {
	return append([]quality.Found{}, f[kind][:min(k, len(f[kind]))]...), nil
}

type broken struct{}

func (broken) Search(context.Context, string, []float32, int, bool) ([]quality.Found, error) {
	return nil, errors.New("the store is away")
}

func TestReportWithoutRetrievalSaysSo(t *testing.T) {
	run, in := validation(t, events.English)
	in.Store = broken{}
	r := report(t, run, in)
	if r.Retrieval != nil || !strings.Contains(strings.Join(r.Problems, "\n"), "retrieval could not be measured: the store is away") {
		t.Errorf("%v", r.Problems)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := quality.Write(ctx, run.Run, in); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

// Whatever a question, a message or a name holds, the page's tables keep their
// columns and nothing begins a block of its own.
func TestMarkdownHoldsAnyText(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("a表|`\\<\n\r\t#-*~\u2028")))
		run, in := validation(t, events.English)
		in.Pairs = []events.Pair{
			pair(text.Draw(rt, "question")+"?", "SELECT 1;", text.Draw(rt, "theme"), &events.PairCheck{Verdict: events.VerdictError, Rung: events.RungPlan,
				Message: text.Draw(rt, "message"), ErrorType: text.Draw(rt, "type")}, "public.area"),
			pair("repaired", "SELECT 2;", "", &events.PairCheck{Verdict: events.VerdictValid, OriginalSQL: "SELECT 3", Diff: text.Draw(rt, "diff")}, text.Draw(rt, "table")),
		}
		if err := quality.Write(t.Context(), run.Run, in); err != nil {
			rt.Fatal(err)
		}
		checkTables(rt, run.Files.Text(quality.MarkdownFile))
	})
}

// checkTables compares the number of cells of each row with that of the row
// above it; fenced text is passed over.
func checkTables(t *rapid.T, page string) {
	fence, columns := "", 0
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\n")
		switch mark := line[:len(line)-len(strings.TrimLeft(line, "`"))]; {
		case fence != "" && line == fence:
			fence = ""
		case fence == "" && len(mark) >= 3:
			fence = mark
		case fence != "":
		case !strings.HasPrefix(line, "|"):
			columns = 0
		default:
			n := strings.Count(strings.NewReplacer(`\\`, "", `\|`, "").Replace(line), "|")
			if columns != 0 && n != columns {
				t.Fatalf("a row of %d cells among rows of %d:\n%s", n, columns, line)
			}
			columns = n
		}
	}
	if fence != "" {
		t.Fatalf("a block is not closed:\n%s", page)
	}
}
