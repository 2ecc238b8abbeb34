package mask

import "sync"

// The bounds of a memo: how many texts it knows at once, and how long they are.
const (
	maxRemembered = 4096
	maxRemark     = 200 // bytes
)

// memo remembers what a function said about short texts, such as the names of
// columns, of which a schema has the same ones again and again. A full one
// begins anew. It may be used concurrently.
type memo[T any] struct {
	ask func(string) T

	mu    sync.Mutex
	known map[string]T
}

func remembering[T any](ask func(string) T) *memo[T] {
	return &memo[T]{ask: ask, known: map[string]T{}}
}

func (m *memo[T]) of(text string) T {
	m.mu.Lock()
	answer, met := m.known[text]
	m.mu.Unlock()
	if met {
		return answer
	}
	answer = m.ask(text)
	if len(text) <= maxRemark {
		m.keep(text, answer)
	}
	return answer
}

func (m *memo[T]) keep(text string, answer T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) == maxRemembered {
		clear(m.known)
	}
	m.known[text] = answer
}
