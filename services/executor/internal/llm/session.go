// Package llm asks a language model behind an OpenAI-compatible endpoint, and
// takes only answers that pass a check.
package llm

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
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
	// ErrGivenUp says, beside ErrUnavailable or ErrAnswer, that nothing was asked
	// since the session asks no more.
	ErrGivenUp = errors.New("given up")
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
	Requests         int     `json:"requests"`        // requests sent, those sent again included
	FailedRequests   int     `json:"failed_requests"` // those of them that the endpoint did not answer
	Cached           int     `json:"cached"`          // answers that were not asked for again
	Failed           int     `json:"failed"`          // prompts that got no usable answer
	PromptTokens     int64   `json:"prompt_tokens"`
	CompletionTokens int64   `json:"completion_tokens"`
	Cost             float64 `json:"cost"`
	// BudgetExhausted says that something was not asked for want of budget.
	BudgetExhausted bool `json:"budget_exhausted"`
	// Unavailable is why the endpoint gave no answer, the last time that it gave
	// none; nil where it always did.
	Unavailable *endpoint.Cause `json:"unavailable,omitempty"`
	// Problems are the distinct reasons, in English and at most ten, for which
	// the deterministic way was taken instead.
	Problems []string `json:"problems"`
}

// maxProblems bounds Usage.Problems.
const maxProblems = 10

// Session asks the model within one execution of a step and adds up what that
// takes. It is safe for concurrent use. A nil Session has no model.
//
// After three questions in a row without an answer, or one that shows that the
// key, the model or the address is wrong or that the endpoint asks to wait for
// longer than a minute, it asks no more: a step must not wait for a dead
// endpoint once per table. Nor does it after three prompts in a row whose answers
// are not of the form asked for, or eight whose answers fail their checks: a
// model that cannot do it costs no more for every table.
type Session struct {
	client *Client
	budget *budget

	mu       sync.Mutex
	usage    Usage
	problems map[string]struct{}
	away     int // questions without an answer, in a row
	unusable int // the weight of prompts without an answer of use, in a row
}

// Usage is what the session has used so far; nil for a nil Session.
func (s *Session) Usage() *Usage {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	usage := s.usage
	usage.Cost = s.client.cfg.cost(usage.PromptTokens, usage.CompletionTokens)
	usage.Problems = make([]string, 0, len(s.problems))
	for problem := range s.problems {
		usage.Problems = append(usage.Problems, problem)
	}
	slices.Sort(usage.Problems)
	return &usage
}

// Ask puts a prompt to the model and decodes its answer, which must fit the
// prompt's schema and pass check. A failed check is told to the model, once,
// and it may answer again. Errors: ErrNone, ErrBudget, ErrUnavailable,
// ErrAnswer, or ctx's.
//
// check may change the answer; nil accepts any. Answers are kept, those that
// were refused too: the same prompt is not put twice, by whatever task, unless
// what was accepted fails check now.
func Ask[T any](ctx context.Context, s *Session, p Prompt, check func(*T) error) (T, error) {
	var zero, answer T
	if s == nil {
		return zero, ErrNone
	}
	err := s.ask(ctx, p, func(content []byte) error {
		var got T
		if err := decode(content, &got); err != nil {
			return err
		}
		if check != nil {
			if err := check(&got); err != nil {
				return err
			}
		}
		answer = got
		return nil
	})
	if err != nil {
		return zero, err
	}
	return answer, nil
}

// ask finds an answer that is accepted, and adds up what became of the prompt.
func (s *Session) ask(ctx context.Context, p Prompt, accept func([]byte) error) error {
	outcome, err := s.answer(ctx, p, accept)
	if ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	s.client.metrics.Answer(outcome)
	s.mu.Lock()
	defer s.mu.Unlock()
	if outcome == outcomeCached {
		s.usage.Cached++
	}
	if err == nil {
		return nil
	}
	s.usage.Failed++
	s.usage.BudgetExhausted = s.usage.BudgetExhausted || errors.Is(err, ErrBudget)
	if len(s.problems) < maxProblems {
		s.problems[err.Error()] = struct{}{}
	}
	return err
}

// sent adds requests, the last of which was answered where err is nil.
func (s *Session) sent(n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usage.Requests += n
	if err == nil {
		n--
	}
	s.usage.FailedRequests += n
}

// spent adds an answer of the endpoint.
func (s *Session) spent(prompt, completion int64) {
	s.client.metrics.Tokens("prompt", prompt)
	s.client.metrics.Tokens("completion", completion)
	s.client.metrics.Cost(s.client.cfg.cost(prompt, completion))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usage.PromptTokens += prompt
	s.usage.CompletionTokens += completion
	s.away = 0
}
