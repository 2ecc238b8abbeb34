package llm

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// What the names of the models' settings begin with.
const (
	settings          = "DP_LLM"
	embeddingSettings = "DP_EMBEDDING"
)

// Patient returns a context for the work of one step: waits for models that put
// it off are told in its log, as "wait_seconds" too, and take ten minutes in all
// at the most.
func Patient(ctx context.Context, log *zap.Logger, lang events.Language) context.Context {
	return endpoint.WithPatience(ctx, &endpoint.Patience{Tell: func(kind string, cause endpoint.Cause, d time.Duration) {
		model, named := lang.Pick("模型", "the model"), settings
		if kind == "embedding" {
			model, named = lang.Pick("向量模型", "the embedding model"), embeddingSettings
		}
		log.Info(lang.Sprintf("%s暂时无法使用（%s），%s后重试", "Waiting for %s (%s), which is asked again in %s",
			model, cause.In(lang, named), endpoint.Span(lang, d)), zap.Float64("wait_seconds", d.Seconds()))
	}})
}

// Reason says in a language why Ask failed, with what to do, and nothing of what
// the model or its endpoint said.
func (s *Session) Reason(err error, lang events.Language) string {
	switch {
	case errors.Is(err, ErrBudget):
		return lang.Pick("本任务的模型预算已用完", "the task's budget for the model is used up")
	case errors.Is(err, ErrUnavailable):
		return lang.Sprintf("模型无法使用（%s）", "the model is not available (%s)", s.Usage().Trouble(lang))
	case errors.Is(err, ErrAnswer):
		return lang.Pick("模型的回答不可用", "the model's answers cannot be used")
	}
	return lang.Pick("无法询问模型", "the model cannot be asked")
}

// Trouble says in a language why the endpoint gave no answer, with what to do
// and nothing of what it said; "" where it always gave one, or u is nil.
func (u *Usage) Trouble(lang events.Language) string {
	if u == nil || u.Unavailable == nil {
		return ""
	}
	return u.Unavailable.In(lang, settings)
}
