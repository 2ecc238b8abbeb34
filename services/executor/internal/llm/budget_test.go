package llm_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/llm"
)

// ask puts n different prompts and returns how many were answered.
func ask(t *testing.T, s *llm.Session, n int, atOnce bool) (answered int) {
	t.Helper()
	var mu sync.Mutex
	var asking sync.WaitGroup
	for i := range n {
		p := prompt
		p.User = fmt.Sprint(i)
		once := func() {
			_, err := llm.Ask(t.Context(), s, p, two)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				answered++
			case !errors.Is(err, llm.ErrBudget):
				t.Error(err)
			}
		}
		if atOnce {
			asking.Go(once)
		} else {
			once()
		}
	}
	asking.Wait()
	return answered
}

func TestTheBudgetEndsCleanly(t *testing.T) {
	for name, c := range map[string]struct {
		limit   func(*llm.Config)
		earlier []llm.Usage
		want    int
	}{
		"tokens":         {func(c *llm.Config) { c.MaxTokens = 500 }, nil, 3}, // 150 each; a fourth may take as much again
		"money":          {func(c *llm.Config) { c.MaxCost = 0.002 }, nil, 2},
		"used earlier":   {func(c *llm.Config) { c.MaxTokens = 500 }, []llm.Usage{{PromptTokens: 200}, {CompletionTokens: 100}}, 1},
		"used up before": {func(c *llm.Config) { c.MaxTokens = 500 }, []llm.Usage{{PromptTokens: 500}}, 0},
		"no limit":       {func(*llm.Config) {}, []llm.Usage{{PromptTokens: 1e9}}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t, c.limit)
			s := m.client.Session(c.earlier...)
			if n := ask(t, s, 8, false); n != c.want || len(m.Requests()) != n {
				t.Errorf("%d answers, %d requests, want %d", n, len(m.Requests()), c.want)
			}
			u := s.Usage()
			if u.BudgetExhausted != (c.want < 8) || u.Failed != 8-c.want || (c.want < 8) != (len(u.Problems) == 1) {
				t.Errorf("usage %+v", u)
			}
		})
	}
}

// However many ask at once, what is used exceeds the budget by no more than
// what the first questions, whose answers' size nobody knew, were off.
func TestManyAtOnceKeepToTheBudget(t *testing.T) {
	m := newModel(t, func(c *llm.Config) { c.MaxTokens, c.Concurrency = 2000, 4 })
	m.Answer(func(modelserver.Request) modelserver.Reply {
		r := modelserver.JSON(themes{Themes: []string{"orders", "guests"}})
		r.PromptTokens, r.CompletionTokens = 45, 40
		return r
	})
	s := m.client.Session()
	ask(t, s, 1, false) // now the size of an answer is known
	n := ask(t, s, 60, true)
	u := s.Usage()
	if total := u.PromptTokens + u.CompletionTokens; total > 2000 || total < 1800 || !u.BudgetExhausted {
		t.Errorf("%d answers used %d tokens", n, total)
	}
}

func TestTokensAreGuessedWhereNobodyCounts(t *testing.T) {
	m := newModel(t)
	m.Fault(modelserver.Uncounted)
	s := m.client.Session()
	ask(t, s, 1, false)
	if u := s.Usage(); u.PromptTokens < 50 || u.CompletionTokens < 5 {
		t.Errorf("usage %+v", u)
	}
}
