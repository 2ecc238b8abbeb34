package llm

import (
	"errors"
	"fmt"

	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

const (
	// giveUpAfter is how many questions in a row may find no answer before a
	// session asks no more.
	giveUpAfter = 3
	// maxUnusable is what the prompts in a row whose answers are of no use may
	// weigh before a session asks no more. It leaves room for a caller that
	// halves a question until it finds what the model gets wrong.
	maxUnusable = 8
	// unreadableWeight is the weight of an answer that is not of the form asked
	// for at all; one that fails a check weighs 1.
	unreadableWeight = 3
)

// unreadable is the fault of an answer that is no JSON of the schema.
type unreadable struct {
	error
	cut bool // at the limit of tokens
}

// judged counts a prompt by the fault of its answer, and makes an ErrAnswer of
// that; nil where there is none.
func (s *Session) judged(p Prompt, fault error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fault == nil {
		s.unusable = 0
		return nil
	}
	weight := 1
	if u := (*unreadable)(nil); errors.As(fault, &u) && !u.cut {
		weight = unreadableWeight
	}
	s.unusable += weight
	return fmt.Errorf("%w: %s: %s", ErrAnswer, p.Name, cut(fault.Error(), maxProblem))
}

// missed counts a question that the endpoint did not answer.
func (s *Session) missed(fault *endpoint.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away < giveUpAfter || fault.Hopeless() { // a later one does not hide why
		s.usage.Unavailable = &fault.Cause
	}
	s.away++
	if fault.Hopeless() {
		s.away = giveUpAfter
	}
}

// givenUp says why the session asks no more; nil while it does.
func (s *Session) givenUp() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.away >= giveUpAfter:
		return fmt.Errorf("%w: %w, since the endpoint did not answer", ErrUnavailable, ErrGivenUp)
	case s.unusable >= maxUnusable:
		return fmt.Errorf("%w: %w after several answers that cannot be used", ErrAnswer, ErrGivenUp)
	}
	return nil
}
