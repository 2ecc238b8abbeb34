package endpoint

import (
	"context"
	"sync"
	"time"
)

const (
	// DefaultPatience is how long a step waits for endpoints in all.
	DefaultPatience = 10 * time.Minute
	// noticeable is a wait that people who watch are told of.
	noticeable = 3 * time.Second
)

// Patience bounds how long all questions of a context wait for endpoints that
// put them off, and tells of it. Waits at the same time count once. It is safe
// for concurrent use; a nil Patience neither bounds nor tells.
type Patience struct {
	// Limit is the bound. Default DefaultPatience.
	Limit time.Duration
	// Tell is told of a wait of three seconds or more before it begins, and of one
	// after a response that did not come in time. kind is "chat" or "embedding".
	Tell func(kind string, cause Cause, d time.Duration)

	mu     sync.Mutex
	until  time.Time // the end of the waits so far
	waited time.Duration
}

type patienceKey struct{}

// WithPatience returns a context whose questions share p.
func WithPatience(ctx context.Context, p *Patience) context.Context {
	return context.WithValue(ctx, patienceKey{}, p)
}

func patienceOf(ctx context.Context) *Patience {
	p, _ := ctx.Value(patienceKey{}).(*Patience)
	return p
}

// allow says whether there is time left for a wait from now on, and how long
// the waits before it took.
func (p *Patience) allow(kind string, cause Cause, d time.Duration, now time.Time) (ok bool, waited time.Duration) {
	if p == nil {
		return true, 0
	}
	more, waited, ok := p.take(d, now)
	if ok && p.Tell != nil && (more >= noticeable || cause.Timeout) {
		p.Tell(kind, cause, d)
	}
	return ok, waited
}

// take counts the part of a wait that no other covers.
func (p *Patience) take(d time.Duration, now time.Time) (more, before time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit, end := p.Limit, now.Add(d)
	if limit <= 0 {
		limit = DefaultPatience
	}
	more = max(0, min(d, end.Sub(p.until)))
	if p.waited+more > limit {
		return more, p.waited, false
	}
	before = p.waited
	p.waited += more
	if end.After(p.until) {
		p.until = end
	}
	return more, before, true
}
