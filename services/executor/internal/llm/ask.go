package llm

import (
	"context"
	"errors"
	"fmt"

	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// What becomes of a prompt, as metrics call it.
const (
	outcomeAccepted    = "accepted"
	outcomeCached      = "cached"
	outcomeRefused     = "refused"
	outcomeUnavailable = "unavailable"
	outcomeBudget      = "budget"
)

// maxAsks is how often a prompt is put: once, and again when the answer does
// not pass.
const maxAsks = 2

// answer finds an answer that is accepted: one that is kept, or a new one,
// which is then kept.
func (s *Session) answer(ctx context.Context, p Prompt, accept func([]byte) error) (outcome string, err error) {
	fits, err := s.client.schemas.of(p)
	if err != nil {
		return outcomeRefused, fmt.Errorf("%w: %s: %w", ErrAnswer, p.Name, err)
	}
	key := s.client.key(p)
	content, hit := s.client.cache.Get(ctx, key)
	hit = hit && fits(content) == nil && accept(content) == nil
	s.client.metrics.Cache("chat", hit)
	if hit {
		return outcomeCached, nil
	}
	content, outcome, err = s.converse(ctx, p, fits, accept)
	if err == nil {
		_ = s.client.cache.Put(ctx, key, content) // it costs the next run a question, and this one nothing
	}
	return outcome, err
}

// converse puts the prompt, and once more with the fault of the first answer.
func (s *Session) converse(ctx context.Context, p Prompt, fits, accept func([]byte) error) (content []byte, outcome string, err error) {
	messages := []endpoint.Message{{Role: "system", Content: p.System}, {Role: "user", Content: p.User}}
	var fault error
	for n := range maxAsks {
		answer, err := s.put(ctx, p, messages, n > 0)
		if err != nil {
			return nil, outcomeOf(err), err
		}
		if content, fault = read(answer, fits); fault == nil {
			fault = accept(content)
		}
		if fault == nil {
			return content, outcomeAccepted, nil
		}
		messages = append(messages[:2:2],
			endpoint.Message{Role: "assistant", Content: cut(answer.Content, maxRepeated)},
			endpoint.Message{Role: "user", Content: fmt.Sprintf(
				"This answer cannot be used: %s\nGive the whole answer again, corrected, as one JSON object and nothing else.", cut(fault.Error(), maxTold))})
	}
	return nil, outcomeRefused, fmt.Errorf("%w: %s: %s", ErrAnswer, p.Name, cut(fault.Error(), maxProblem))
}

const (
	maxRepeated = 16 << 10 // bytes of an answer that it is reminded of
	maxTold     = 2 << 10  // bytes of the fault that it is told
	maxProblem  = 300      // bytes of the fault in Usage.Problems
)

func outcomeOf(err error) string {
	if errors.Is(err, ErrBudget) {
		return outcomeBudget
	}
	return outcomeUnavailable
}

// put asks the endpoint within the budget.
func (s *Session) put(ctx context.Context, p Prompt, messages []endpoint.Message, again bool) (endpoint.Answer, error) {
	if s.givenUp() {
		return endpoint.Answer{}, fmt.Errorf("%w: given up after several questions without an answer", ErrUnavailable)
	}
	held, err := s.budget.reserve(ctx, estimate(messages, p))
	if err != nil {
		return endpoint.Answer{}, err
	}
	var prompt, completion int64
	defer func() { s.budget.settle(held, prompt, completion) }()
	answer, err := s.chat(ctx, p, messages, again)
	if fault := (*endpoint.Error)(nil); errors.As(err, &fault) {
		s.missed(fault)
		return answer, fmt.Errorf("%w: %w", ErrUnavailable, fault)
	}
	if err != nil {
		return answer, err
	}
	prompt, completion = answer.PromptTokens, answer.CompletionTokens
	if prompt == 0 && completion == 0 { // the endpoint does not count
		prompt, completion = held.prompt, tokens(answer.Content)
	}
	s.spent(prompt, completion)
	return answer, nil
}

// chat asks for the strictest form of answer that the endpoint takes, and
// remembers it by prompt, since some endpoints refuse some schemas only. The
// schema is put into words where it is not enforced, or was not kept to.
func (s *Session) chat(ctx context.Context, p Prompt, messages []endpoint.Message, again bool) (endpoint.Answer, error) {
	first := s.client.format(p)
	for format := first; ; format++ {
		said := append([]endpoint.Message(nil), messages...)
		if format != endpoint.FormatSchema || again {
			said[0].Content = stated(p)
		}
		answer, err := s.client.endpoint.Chat(ctx, endpoint.Chat{
			Model: s.client.cfg.Model, Messages: said, Format: format, Name: p.Name, Schema: p.Schema,
		})
		var fault *endpoint.Error
		if errors.As(err, &fault) && fault.Refused() && format < endpoint.FormatText {
			continue
		}
		if err == nil && format != first {
			s.client.formats.Store(p.Name, format)
		}
		return answer, err
	}
}
