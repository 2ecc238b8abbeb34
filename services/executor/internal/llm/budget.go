package llm

import (
	"context"
	"sync"

	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// budget is what a task may use. A question reserves what it may take before it
// is put, so that many at once do not use more than is left; one that must wait
// for others to tell what they took waits.
type budget struct {
	cfg Config

	mu sync.Mutex
	reservation
	reserved  reservation
	exhausted bool
	// largest is the largest answer so far, which the next one may be; of earlier
	// sessions it is the mean.
	largest int64
	changed chan struct{} // closed when reserved or exhausted changes
}

// reservation is a number of tokens.
type reservation struct{ prompt, completion int64 }

func (r reservation) plus(o reservation) reservation {
	return reservation{r.prompt + o.prompt, r.completion + o.completion}
}

func newBudget(cfg Config) *budget { return &budget{cfg: cfg, changed: make(chan struct{})} }

// over says that r is more than the task may use.
func (b *budget) over(r reservation) bool {
	return b.cfg.MaxTokens > 0 && r.prompt+r.completion > b.cfg.MaxTokens ||
		b.cfg.MaxCost > 0 && b.cfg.cost(r.prompt, r.completion) > b.cfg.MaxCost
}

// reserve holds what a prompt may take, for settle. ErrBudget says that this is
// more than is left, now and from now on.
func (b *budget) reserve(ctx context.Context, prompt int64) (reservation, error) {
	for {
		held, changed, err := b.tryReserve(prompt)
		if changed == nil {
			return held, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return reservation{}, ctx.Err()
		}
	}
}

// tryReserve returns a channel to wait for where it depends on others.
func (b *budget) tryReserve(prompt int64) (reservation, <-chan struct{}, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	held := reservation{prompt, b.largest}
	switch {
	case b.exhausted:
		return reservation{}, nil, ErrBudget
	case b.over(b.plus(held)):
		b.exhausted = true
		b.signal()
		return reservation{}, nil, ErrBudget
	case b.over(b.plus(b.reserved).plus(held)):
		return reservation{}, b.changed, nil
	}
	b.reserved = b.reserved.plus(held)
	return held, nil, nil
}

// settle replaces what was held by what was used.
func (b *budget) settle(held reservation, prompt, completion int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reserved = b.reserved.plus(reservation{-held.prompt, -held.completion})
	b.reservation = b.plus(reservation{prompt, completion})
	b.largest = max(b.largest, completion)
	b.signal()
}

func (b *budget) signal() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// tokens guesses how many tokens a text is: three bytes each, which is a
// Chinese character and a little less than English has.
func tokens(text string) int64 { return int64(len(text)+2) / 3 }

// estimate guesses the tokens of a question.
func estimate(messages []endpoint.Message, p Prompt) int64 {
	n := tokens(string(p.Schema))
	for _, m := range messages {
		n += tokens(m.Content)
	}
	return n
}
