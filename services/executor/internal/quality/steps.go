package quality

import (
	"encoding/json"
	"slices"

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

	TotalTables  int      `json:"total_tables"`
	FailedTables []string `json:"failed_tables"`
	FailedThemes []string `json:"failed_themes"`

	Repairs *RepairStats `json:"repair_stats"`
}

// readSteps takes what the steps say of themselves.
func (m *measurement) readSteps() {
	for _, name := range events.Steps() {
		r, done := m.result(name)
		m.report.Steps = append(m.report.Steps, Step{name, done, r.Duration, r.GeneratedBy, r.Usage})
		m.report.Model.add(r.Usage)
		m.tell(r)
		if name == events.StepDDL && len(r.Masking) > 0 {
			m.report.Masking = r.Masking
		}
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
func (m *measurement) tell(r result) {
	if n := len(r.FailedTables); n > 0 {
		m.problem("%d 张表处理失败：%s", "%d tables failed: %s", n, some(m.run.Language(), r.FailedTables))
	}
	if n := len(r.FailedThemes); n > 0 {
		m.problem("%d 个主题没有生成问题：%s", "%d themes gave no question: %s", n, some(m.run.Language(), r.FailedThemes))
	}
	if r.Usage == nil {
		return
	}
	if r.Usage.BudgetExhausted {
		m.problem("模型预算用尽，其余内容按规则生成", "the model's budget was used up; the rest was made by rules")
	}
	for _, p := range r.Usage.Problems {
		m.problem("模型：%s", "model: %s", p)
	}
}

func (u *ModelUsage) add(s *llm.Usage) {
	if s == nil {
		return
	}
	if s.Model != "" && !slices.Contains(u.Models, s.Model) {
		u.Models = append(u.Models, s.Model)
	}
	u.Requests += s.Requests
	u.Cached += s.Cached
	u.Failed += s.Failed
	u.PromptTokens += s.PromptTokens
	u.CompletionTokens += s.CompletionTokens
	u.Cost += s.Cost
	u.BudgetExhausted = u.BudgetExhausted || s.BudgetExhausted
}
