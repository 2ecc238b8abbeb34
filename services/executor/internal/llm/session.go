// Package llm asks a language model behind an OpenAI-compatible endpoint, and
// takes only answers that pass a check.
package llm

import (
	"context"
	"encoding/json"
	"errors"
)

var (
	// ErrNone says that there is no model to ask.
	ErrNone = errors.New("no language model")
	// ErrBudget says that the task's budget is used up; nothing was asked.
	ErrBudget = errors.New("model budget used up")
	// ErrUnavailable says that the endpoint gave no answer, after all retries.
	ErrUnavailable = errors.New("model unavailable")
	// ErrAnswer says that what the model answered does not pass the check, asked
	// again or not.
	ErrAnswer = errors.New("model answer refused")
)

// Prompt is a question to the model.
type Prompt struct {
	// Name and Version are those of the template, as "questions" and 1.
	Name    string
	Version int
	// System and User are the messages.
	System, User string
	// Schema is the strict JSON schema of the answer, an object.
	Schema json.RawMessage
}

// Usage is what was asked of a model and what it cost, as step results hold it
// under "model_usage".
type Usage struct {
	Model            string  `json:"model"`
	Requests         int     `json:"requests"`
	Cached           int     `json:"cached"` // answers that were not asked for again
	Failed           int     `json:"failed"` // prompts that got no usable answer
	PromptTokens     int64   `json:"prompt_tokens"`
	CompletionTokens int64   `json:"completion_tokens"`
	Cost             float64 `json:"cost"`
	// BudgetExhausted says that something was not asked for want of budget.
	BudgetExhausted bool `json:"budget_exhausted"`
	// Problems are the distinct reasons, in English and at most ten, for which
	// the deterministic way was taken instead.
	Problems []string `json:"problems"`
}

// Session asks the model within one execution of a step and adds up what that
// takes. It is safe for concurrent use. A nil Session has no model.
type Session struct{}

// Usage is what the session has used so far; nil for a nil Session.
func (s *Session) Usage() *Usage { return nil }

// Ask puts a prompt to the model and decodes its answer, which must fit the
// prompt's schema and pass check. A failed check is told to the model, once,
// and it may answer again. Errors: ErrNone, ErrBudget, ErrUnavailable,
// ErrAnswer, or ctx's.
func Ask[T any](ctx context.Context, s *Session, p Prompt, check func(*T) error) (T, error) {
	var zero T
	return zero, ErrNone
}
