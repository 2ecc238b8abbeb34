package app

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// The files of a task that say how good it is.
const (
	reportFile  = "quality_report.json"
	reportPage  = "quality_report.md"
	changesFile = "schema_changes.json"
)

// maxReport bounds what is read of one of them.
const maxReport = 16 << 20

// shownRecall is the number of documents for which the summary tells how often
// a question finds its tables among them.
const shownRecall = 5

// report is what a summary says of quality_report.json.
type report struct {
	Coverage struct {
		Tables  share `json:"tables"`
		Columns share `json:"columns"`
	} `json:"coverage"`
	Validation struct {
		Checked  bool    `json:"checked"`
		Verdicts []count `json:"verdicts"`
	} `json:"validation"`
	Retrieval *struct {
		Pages    []recall `json:"pages"`
		OwnPages []recall `json:"own_pages"`
	} `json:"retrieval"`
	Masking *struct {
		Mode    string `json:"mode"`
		Columns int    `json:"total_columns"`
		Values  int    `json:"values"`
	} `json:"masking"`
	Model struct {
		Models           []string `json:"models"`
		Requests         int      `json:"requests"`
		FailedRequests   int      `json:"failed_requests"`
		Unavailable      string   `json:"unavailable_reason"`
		Cached           int      `json:"cached"`
		PromptTokens     int64    `json:"prompt_tokens"`
		CompletionTokens int64    `json:"completion_tokens"`
		BudgetExhausted  bool     `json:"budget_exhausted"`
	} `json:"model_usage"`
	Problems []string `json:"problems"`
}

type recall struct {
	K      int      `json:"k"`
	Recall *float64 `json:"recall"`
}

type share struct {
	Covered int `json:"covered"`
	Total   int `json:"total"`
}

type count struct {
	Name  string `json:"name"`
	Pairs int    `json:"pairs"`
}

// qualityLines say in a few lines how good the training data is, where the
// newest request of a task wrote its report.
func qualityLines(t projection.Task, lang events.Language) []string {
	var r report
	if !left(t, reportFile, &r) {
		return nil
	}
	lines := []string{r.coverage(lang)}
	for _, line := range []string{r.verdicts(lang), r.recall(lang), r.model(lang), r.masked(lang), changes(t, lang)} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	if n := len(r.Problems); n > 0 {
		lines = append(lines, lang.Sprintf("问题：%d 项，见 %s", "Problems: %d, see %s", n, reportPage))
	}
	return lines
}

// left reads a file that the newest request's steps left, and says whether they
// did.
func left(t projection.Task, name string, v any) bool {
	for _, step := range events.Steps() {
		named := slices.ContainsFunc(t.Steps[step].Manifest, func(f events.File) bool { return f.Name == name })
		if !named || !done(t, step) {
			continue
		}
		path := filepath.Join(t.OutputDirectory, name)
		info, err := os.Stat(path)
		if err != nil || info.Size() > maxReport {
			return false
		}
		content, err := os.ReadFile(path)
		return err == nil && json.Unmarshal(content, v) == nil
	}
	return false
}

func (r report) coverage(lang events.Language) string {
	c := r.Coverage
	return lang.Sprintf("覆盖：%[1]d/%[2]d 张表，%[3]d/%[4]d 个字段被问到", "Coverage: %[1]d of %[5]s and %[3]d of %[6]s are asked about",
		c.Tables.Covered, c.Tables.Total, c.Columns.Covered, c.Columns.Total, events.Count(c.Tables.Total, "table"), events.Count(c.Columns.Total, "column"))
}

// verdictNames are what verdicts are called.
var verdictNames = map[string][2]string{
	events.VerdictValid: {"有效", "valid"}, events.VerdictEmpty: {"结果为空", "with an empty result"}, events.VerdictError: {"有错", "wrong"},
	events.VerdictTooExpensive: {"过于昂贵", "too expensive"}, events.VerdictDuplicate: {"重复", "duplicates"},
}

func (r report) verdicts(lang events.Language) string {
	if !r.Validation.Checked {
		return ""
	}
	var parts []string
	for _, v := range r.Validation.Verdicts {
		if name, ok := verdictNames[v.Name]; ok && v.Pairs > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", v.Pairs, lang.Pick(name[0], name[1])))
		}
	}
	return lang.Pick("校验：", "Checks: ") + strings.Join(parts, lang.Pick("，", ", "))
}

func (r report) recall(lang events.Language) string {
	if r.Retrieval == nil {
		return ""
	}
	whole, own := shown(r.Retrieval.Pages), shown(r.Retrieval.OwnPages)
	if whole == nil {
		return ""
	}
	line := lang.Sprintf("检索：问题所需的表有 %.0f %% 出现在前 %d 个结果中", "Retrieval: %.0f %% of a question's tables are among the first %d found", 100**whole, shownRecall)
	if own != nil && *own != *whole {
		line += lang.Sprintf("（只看本数据库的文档为 %.0f %%）", " (%.0f %% among this database's documents alone)", 100**own)
	}
	return line
}

// shown is the recall that the summary tells; nil where there is none.
func shown(list []recall) *float64 {
	for _, r := range list {
		if r.K == shownRecall {
			return r.Recall
		}
	}
	return nil
}

func (r report) model(lang events.Language) string {
	m := r.Model
	if len(m.Models) == 0 {
		return lang.Pick("模型：未使用，按规则生成", "Model: none; everything is made by rules")
	}
	parts := []string{strings.Join(m.Models, ", "), lang.Sprintf("%[1]d 次请求（另有 %[2]d 次取自缓存）", "%[3]s (%[2]d more from the cache)", m.Requests, m.Cached, events.Count(m.Requests, "request"))}
	if m.FailedRequests > 0 {
		parts = append(parts, lang.Sprintf("其中 %d 次失败", "%d of them failed", m.FailedRequests))
	}
	if m.Unavailable != "" {
		parts[len(parts)-1] += lang.Sprintf("（%s）", " (%s)", m.Unavailable)
	}
	tokens := int(m.PromptTokens + m.CompletionTokens)
	parts = append(parts, lang.Sprintf("%[1]d 个 token", "%[2]s", tokens, events.Count(tokens, "token")))
	if m.BudgetExhausted {
		parts = append(parts, lang.Pick("预算已用完", "the budget is used up"))
	}
	return lang.Pick("模型：", "Model: ") + strings.Join(parts, lang.Pick("，", ", "))
}

func (r report) masked(lang events.Language) string {
	switch m := r.Masking; {
	case m == nil:
		return ""
	case m.Mode == events.MaskOff:
		return lang.Pick("脱敏：已关闭", "Masking: off")
	case m.Mode == events.SchemaOnly:
		return lang.Pick("脱敏：未读取任何行", "Masking: no row was read")
	case m.Values == 0:
		return lang.Pick("脱敏：没有需要脱敏的值", "Masking: no value had to be masked")
	default:
		return lang.Sprintf("脱敏：%[1]d 个字段中的 %[2]d 个值", "Masking: %[4]s in %[3]s", m.Columns, m.Values,
			events.Count(m.Columns, "column"), events.Count(m.Values, "value"))
	}
}

// changes say what became of the schema since the earlier task; "" where there
// is none.
func changes(t projection.Task, lang events.Language) string {
	var c struct {
		Base    *string `json:"base_task_id"`
		Summary string  `json:"summary"`
	}
	if !left(t, changesFile, &c) || c.Base == nil || c.Summary == "" {
		return ""
	}
	return lang.Pick("变化：", "Changes: ") + c.Summary
}
