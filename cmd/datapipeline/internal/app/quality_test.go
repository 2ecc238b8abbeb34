package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// judged is a task whose load left a quality report and, if there are any, what
// changed in the schema.
func judged(t *testing.T, report string, changes string) projection.Task {
	t.Helper()
	task := projection.Task{OutputDirectory: t.TempDir(), RequestSeq: 1, Steps: map[events.Step]projection.Step{}}
	for name, content := range map[string]string{reportFile: report, changesFile: changes} {
		if err := os.WriteFile(filepath.Join(task.OutputDirectory, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	manifest := []events.File{{Name: reportFile}, {Name: changesFile}}
	task.Steps[events.StepLoad] = projection.Step{Status: projection.Completed, RequestSeq: 1, Manifest: manifest}
	return task
}

func TestQualityIsSaidInAFewLines(t *testing.T) {
	const full = `{"coverage":{"tables":{"covered":6,"total":7},"columns":{"covered":31,"total":47}},
		"validation":{"checked":true,"verdicts":[{"name":"valid","pairs":48},{"name":"empty_result","pairs":2},{"name":"error","pairs":0}]},
		"retrieval":{"pages":[{"k":1,"recall":0.5},{"k":5,"recall":0.9767}],"own_pages":[{"k":5,"recall":1}]},
		"masking":{"mode":"mask","total_columns":2,"values":68},
		"model_usage":{"models":["qwen-max"],"requests":34,"cached":12,"prompt_tokens":40000,"completion_tokens":5210,"budget_exhausted":true},
		"problems":["x","y"]}`
	for lang, want := range map[events.Language][]string{
		events.English: {
			"Coverage: 6 of 7 tables and 31 of 47 columns are asked about",
			"Checks: 48 valid, 2 with an empty result",
			"Retrieval: 98 % of a question's tables are among the first 5 found (100 % among this database's documents alone)",
			"Model: qwen-max, 34 requests (12 more from the cache), 45210 tokens, the budget is used up",
			"Masking: 68 values in 2 columns",
			"Changes: One table is new.",
			"Problems: 2, see quality_report.md",
		},
		events.Chinese: {
			"覆盖：6/7 张表，31/47 个字段被问到",
			"校验：48 有效，2 结果为空",
			"检索：问题所需的表有 98 % 出现在前 5 个结果中（只看本数据库的文档为 100 %）",
			"模型：qwen-max，34 次请求（另有 12 次取自缓存），45210 个 token，预算已用完",
			"脱敏：2 个字段中的 68 个值",
			"变化：One table is new.",
			"问题：2 项，见 quality_report.md",
		},
	} {
		got := qualityLines(judged(t, full, `{"base_task_id":"task_20250701_143052","summary":"One table is new."}`), lang)
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%s", lang, strings.Join(got, "\n"))
		}
	}
}

// Failed requests are among those that were sent, and why stands beside them.
func TestQualitySaysWhyTheModelFailed(t *testing.T) {
	for content, want := range map[string]string{
		`{"model_usage":{"models":["m"],"requests":2,"failed_requests":2,"unavailable_reason":"HTTP 401: check DP_LLM_API_KEY"}}`: "Model: m, 2 requests (0 more from the cache), 2 of them failed (HTTP 401: check DP_LLM_API_KEY), 0 tokens",
		`{"model_usage":{"models":["m"],"requests":9,"failed_requests":1,"prompt_tokens":7}}`:                                     "Model: m, 9 requests (0 more from the cache), 1 of them failed, 7 tokens",
	} {
		if got := qualityLines(judged(t, content, "{}"), events.English); !slices.Contains(got, want) {
			t.Errorf("%q, want %s", got, want)
		}
	}
}

func TestQualityCountsInGoodEnglish(t *testing.T) {
	got := qualityLines(judged(t, `{"coverage":{"tables":{"covered":1,"total":1},"columns":{"covered":0,"total":1}},
		"masking":{"mode":"mask","total_columns":1,"values":1},"model_usage":{"models":["m"],"requests":1,"prompt_tokens":1}}`, "{}"), events.English)
	want := []string{"Coverage: 1 of 1 table and 0 of 1 column are asked about", "Model: m, 1 request (0 more from the cache), 1 token", "Masking: 1 value in 1 column"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestQualitySaysThatNothingHadToBeMasked(t *testing.T) {
	for lang, want := range map[events.Language]string{events.English: "Masking: no value had to be masked", events.Chinese: "脱敏：没有需要脱敏的值"} {
		if got := qualityLines(judged(t, `{"masking":{"mode":"mask"}}`, "{}"), lang); !slices.Contains(got, want) {
			t.Errorf("%q", got)
		}
	}
}

func TestQualitySaysOnlyWhatIsThere(t *testing.T) {
	bare := judged(t, `{"masking":null,"validation":{"checked":false}}`, `{"base_task_id":null,"summary":"first"}`)
	want := []string{"Coverage: 0 of 0 tables and 0 of 0 columns are asked about", "Model: none; everything is made by rules"}
	if got := qualityLines(bare, events.English); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	for mode, want := range map[string]string{events.MaskOff: "Masking: off", events.SchemaOnly: "Masking: no row was read"} {
		content, _ := json.Marshal(map[string]any{"masking": map[string]string{"mode": mode}})
		if got := qualityLines(judged(t, string(content), "{}"), events.English); !slices.Contains(got, want) {
			t.Errorf("%s: %q", mode, got)
		}
	}
	earlier := judged(t, `{}`, `{}`)
	earlier.RequestSeq = 2
	if got := qualityLines(earlier, events.English); got != nil {
		t.Errorf("the report of an earlier request is shown: %q", got)
	}
	if got := qualityLines(judged(t, `{`, `{}`), events.English); got != nil {
		t.Errorf("half a report is shown: %q", got)
	}
}
