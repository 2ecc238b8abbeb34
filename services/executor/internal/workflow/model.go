package workflow

import (
	"encoding/json"

	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/executor/internal/llm"
)

// model opens a session with the language model, within what the steps before
// have left of the budget. It is nil where there is no model or the request
// does without.
func (x *execution) model() *llm.Session {
	if x.order.Options.DisableModel {
		return nil
	}
	return x.r.cfg.Model.Session(x.state.modelUsage()...)
}

// modelUsage is what steps of the newest request used, as their results say: an
// attempt before this one, on another executor, may have run them.
func (s state) modelUsage() (used []llm.Usage) {
	for _, step := range s.Steps {
		var result struct {
			Usage *llm.Usage `json:"model_usage"`
		}
		if step.RequestSeq != s.RequestSeq || step.Status != projection.Completed {
			continue
		}
		if json.Unmarshal(step.Result, &result) == nil && result.Usage != nil {
			used = append(used, *result.Usage)
		}
	}
	return used
}
