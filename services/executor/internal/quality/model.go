package quality

import (
	"cmp"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/llm"
)

// tellModel says why rules did what the model was to do: once for each reason,
// in the task's language. What exactly was wrong stands in the step's result.
func (m *measurement) tellModel(step events.Step, u llm.Usage) {
	if u.BudgetExhausted {
		m.problem("%s：模型预算用尽，其余内容按规则生成", "%s: the model's budget was used up; the rest was made by rules", step)
	}
	file := string(step) + "_result.json"
	told := map[string]bool{}
	for _, text := range u.Problems {
		reason, said := reasonOf(text)
		if told[reason] {
			continue
		}
		told[reason] = true
		switch reason {
		case llm.ErrBudget.Error(): // is told already
		case llm.ErrAnswer.Error():
			m.problem("%s：模型的部分回答不符合要求，改按规则生成；原因见 %s 的 model_usage", "%s: some answers of the model cannot be used, and rules took their place; %s says why, under model_usage", step, file)
		case llm.ErrUnavailable.Error():
			m.problem("%s：模型无法使用，改按规则生成：%s", "%s: the model could not be used, and rules took its place: %s", step, cmp.Or(u.Trouble(m.run.Language()), said))
		default:
			m.problem("%s：模型未能完成全部工作，改按规则生成；原因见 %s 的 model_usage", "%s: the model did not do all of its work, and rules took its place; %s says why, under model_usage", step, file)
		}
	}
}

// reasonOf is the error of package llm that a problem begins with, "" for
// another, and what follows it.
func reasonOf(problem string) (reason, said string) {
	for _, err := range []error{llm.ErrAnswer, llm.ErrUnavailable, llm.ErrBudget} {
		if rest, ok := strings.CutPrefix(problem, err.Error()); ok {
			return err.Error(), strings.TrimPrefix(rest, ": ")
		}
	}
	return "", problem
}
