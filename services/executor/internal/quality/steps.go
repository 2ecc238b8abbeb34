package quality

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/llm"
)

// result is what the results of steps have in common, and what the report takes
// of single ones. Keys that a step does not have stay empty.
type result struct {
	Duration    float64         `json:"duration_seconds"`
	GeneratedBy string          `json:"generated_by"`
	Usage       *llm.Usage      `json:"model_usage"`
	Masking     json.RawMessage `json:"masking"`

	TotalTables  int         `json:"total_tables"`
	FailedTables []string    `json:"failed_tables"`
	Missing      []privilege `json:"missing_privileges"`
	FailedThemes []string    `json:"failed_themes"`
	AskedFor     int         `json:"themes_asked_for"`

	Repairs *RepairStats `json:"repair_stats"`
}

// privilege is one that a listed table lacks, with the statement that grants it.
type privilege struct {
	Table string `json:"table"`
	Hint  string `json:"hint"`
}

// readSteps takes what the steps say of themselves.
func (m *measurement) readSteps() {
	for _, name := range events.Steps() {
		r, done := m.result(name)
		m.report.Steps = append(m.report.Steps, Step{name, done, r.Duration, r.GeneratedBy, r.Usage})
		m.report.Model.add(r.Usage, m.run.Language())
		if name == events.StepDDL {
			m.failed, m.report.Masking = r.FailedTables, r.Masking
		}
		if name == events.StepQA {
			m.report.Spread.AskedFor = r.AskedFor
		}
		m.tell(name, r)
		if name == events.StepValidation {
			m.report.Validation.Checked, m.report.Validation.Repairs = done, r.Repairs
		}
		if name == m.in.Step {
			return
		}
	}
}

// result is that of the step that writes the report, or of an earlier one.
func (m *measurement) result(name events.Step) (r result, done bool) {
	var raw []byte
	if name == m.in.Step {
		raw, _ = json.Marshal(m.in.Result) // a result document marshals
	} else {
		raw = m.read(string(name) + "_result.json")
	}
	if len(raw) == 0 {
		return result{}, false
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		m.problem("步骤 %s 的结果无法读取", "the result of the step %s cannot be read", name)
	}
	return r, true
}

// tell makes problems of what a step could not do.
func (m *measurement) tell(name events.Step, r result) {
	if n := len(r.FailedTables); n > 0 {
		m.problem("清单中的 %[2]d 张表有 %[1]d 张未能读取，训练数据中没有它们：%[3]s", "%d of the %d listed tables could not be read, and nothing of the training data is about them: %s",
			n, max(n, r.TotalTables), some(m.run.Language(), r.FailedTables))
	}
	if hints := r.hints(); len(hints) > 0 {
		m.problem("缺少权限，请由有权限的用户执行：%s", "Privileges are missing; have somebody who may grant them run: %s", grants(m.run.Language(), hints))
	}
	if n := len(r.FailedThemes); n > 0 {
		m.problem("%d 个主题没有生成问题：%s", "themes without a question: %d (%s)", n, some(m.run.Language(), r.FailedThemes))
	}
	if r.Usage != nil {
		m.tellModel(name, *r.Usage)
	}
}

// grants are the first statements of a list, and how many more there are.
func grants(lang events.Language, hints []string) string {
	text := strings.Join(hints[:min(len(hints), maxListed)], " ")
	if more := len(hints) - maxListed; more > 0 {
		text += lang.Sprintf(" 另有 %d 条，见 ddl_generation_result.json", " and %d more, see ddl_generation_result.json", more)
	}
	return text
}

// hints are the statements that grant what is missing, each once.
func (r result) hints() []string {
	var hints []string
	for _, p := range r.Missing {
		if p.Hint != "" && !slices.Contains(hints, p.Hint) {
			hints = append(hints, p.Hint)
		}
	}
	return hints
}

func (u *ModelUsage) add(s *llm.Usage, lang events.Language) {
	if s == nil {
		return
	}
	if s.Model != "" && !slices.Contains(u.Models, s.Model) {
		u.Models = append(u.Models, s.Model)
	}
	u.Requests += s.Requests
	u.FailedRequests += s.FailedRequests
	u.Unavailable = cmp.Or(s.Trouble(lang), u.Unavailable)
	u.Cached += s.Cached
	u.Failed += s.Failed
	u.PromptTokens += s.PromptTokens
	u.CompletionTokens += s.CompletionTokens
	u.Cost += s.Cost
	u.BudgetExhausted = u.BudgetExhausted || s.BudgetExhausted
}
