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
// which is then kept. A refused one is kept too, as it came, and judged again
// the next time, since the model would hardly say anything else.
func (s *Session) answer(ctx context.Context, p Prompt, accept func([]byte) error) (outcome string, err error) {
	fits, err := s.client.schemas.of(p)
	if err != nil {
		return outcomeRefused, fmt.Errorf("%w: %s: %w", ErrAnswer, p.Name, err)
	}
	judge := func(said endpoint.Answer) error {
		content, fault := read(said, fits)
		if fault != nil {
			return &unreadable{fault, said.Cut}
		}
		return accept(content)
	}
	key := s.client.key(p)
	old, hit := s.client.recall(ctx, key)
	var fault error
	if hit {
		fault = judge(old.answer())
		hit = fault == nil || old.Refused
	}
	s.client.metrics.Cache("chat", hit)
	if hit {
		return outcomeCached, s.judged(p, fault)
	}
	return s.converse(ctx, p, key, judge)
}

// converse puts the prompt, and once more with the fault of the first answer.
// It keeps what the model said in the end.
func (s *Session) converse(ctx context.Context, p Prompt, key string, judge func(endpoint.Answer) error) (outcome string, err error) {
	messages := []endpoint.Message{{Role: "system", Content: p.System}, {Role: "user", Content: p.User}}
	var said endpoint.Answer
	var fault error
	for n := range maxAsks {
		if said, err = s.put(ctx, p, messages, n > 0); err != nil {
			return outcomeOf(err), err
		}
		if fault = judge(said); fault == nil {
			s.client.keep(ctx, key, said, false)
			return outcomeAccepted, s.judged(p, nil)
		}
		messages = append(messages[:2:2],
			endpoint.Message{Role: "assistant", Content: cut(said.Content, maxRepeated)},
			endpoint.Message{Role: "user", Content: fmt.Sprintf(
				"This answer cannot be used: %s\nGive the whole answer again, corrected, as one JSON object and nothing else.", cut(fault.Error(), maxTold))})
	}
	s.client.keep(ctx, key, said, true)
	return outcomeRefused, s.judged(p, fault)
}

const (
	maxRepeated = 16 << 10 // bytes of an answer that it is reminded of
	maxTold     = 2 << 10  // bytes of the fault that it is told
	maxProblem  = 300      // bytes of the fault in Usage.Problems
)

func outcomeOf(err error) string {
	switch {
	case errors.Is(err, ErrBudget):
		return outcomeBudget
	case errors.Is(err, ErrAnswer):
		return outcomeRefused
	}
	return outcomeUnavailable
}

// put asks the endpoint within the budget.
func (s *Session) put(ctx context.Context, p Prompt, messages []endpoint.Message, again bool) (endpoint.Answer, error) {
	if err := s.givenUp(); err != nil {
		return endpoint.Answer{}, err
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
		s.sent(answer.Requests, err)
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
