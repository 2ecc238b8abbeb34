package llm_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// An endpoint that asks for more than a minute, as one does whose daily quota is
// used up, is not waited for and not asked again; why is told in words of our
// own.
func TestALongWaitIsNotWaited(t *testing.T) {
	tomorrow := time.Now().Add(24 * time.Hour).UTC().Format(http.TimeFormat)
	for name, c := range map[string]struct {
		fault   modelserver.Fault
		timeout time.Duration
		err     string
		en, zh  string
	}{
		"a day": {modelserver.RateLimited("86400"), time.Minute, "HTTP 429: Rate limit reached for requests; it asks to wait 24 h",
			"the model is not available (HTTP 429: it asks to wait 24 h)", "模型无法使用（HTTP 429：要求等待 24 小时）"},
		"until a date": {modelserver.RateLimited(tomorrow), time.Minute, "it asks to wait 24 h",
			"the model is not available (HTTP 429: it asks to wait 24 h)", "模型无法使用（HTTP 429：要求等待 24 小时）"},
		"a second too long": {modelserver.RateLimited("61"), time.Minute, "it asks to wait 61 s",
			"the model is not available (HTTP 429: it asks to wait 61 s)", "模型无法使用（HTTP 429：要求等待 61 秒）"},
		"longer than a question may take": {modelserver.RateLimited("30"), 2 * time.Second, "it asks to wait 30 s",
			"the model is not available (HTTP 429: it asks to wait 30 s)", "模型无法使用（HTTP 429：要求等待 30 秒）"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t, func(cfg *llm.Config) { cfg.Timeout = c.timeout })
			m.Fault(c.fault)
			s := m.client.Session()
			_, err := llm.Ask(t.Context(), s, prompt, two)
			if !errors.Is(err, llm.ErrUnavailable) || !strings.Contains(err.Error(), c.err) {
				t.Errorf("err = %v", err)
			}
			_, again := llm.Ask(t.Context(), s, prompt, two)
			if !errors.Is(again, llm.ErrGivenUp) || len(m.Requests()) != 1 || len(m.waits) > 0 {
				t.Errorf("%v after %d requests, waits %v", again, len(m.Requests()), m.waits)
			}
			for _, e := range []error{err, again} {
				if en, zh := s.Reason(e, events.English), s.Reason(e, events.Chinese); en != c.en || zh != c.zh {
					t.Errorf("%s\n%s", en, zh)
				}
			}
			if u := s.Usage(); u.Requests != 1 || u.FailedRequests != 1 || u.Failed != 2 {
				t.Errorf("usage %+v", u)
			}
		})
	}
}

// watched is a context of a step, and its log.
func watched(t *testing.T, lang events.Language) (context.Context, *observer.ObservedLogs) {
	core, lines := observer.New(zapcore.InfoLevel)
	return llm.Patient(t.Context(), zap.New(core), lang), lines
}

// A wait that people notice stands in the log before it begins.
func TestAWaitIsTold(t *testing.T) {
	for lang, want := range map[events.Language]string{
		events.English: "Waiting for the model (HTTP 429: too many requests), which is asked again in 20 s",
		events.Chinese: "模型暂时无法使用（HTTP 429：请求过多），20 秒后重试",
	} {
		ctx, lines := watched(t, lang)
		m := newModel(t)
		m.Fault(modelserver.RateLimited("2"), modelserver.RateLimited("20"))
		got, err := llm.Ask(ctx, m.client.Session(), prompt, two)
		wantThemes(t, got, err)
		if all := lines.All(); len(all) != 1 || all[0].Message != want || all[0].ContextMap()["wait_seconds"] != 20.0 {
			t.Errorf("%v", all)
		}
	}
	t.Run("a response that does not come", func(t *testing.T) {
		ctx, lines := watched(t, events.English)
		m := newModel(t, func(c *llm.Config) { c.Timeout = 300 * time.Millisecond })
		m.Fault(modelserver.Hanging)
		got, err := llm.Ask(ctx, m.client.Session(), prompt, two)
		wantThemes(t, got, err)
		if lines.FilterMessageSnippet("no response within DP_LLM_TIMEOUT").Len() != 1 {
			t.Errorf("%v", lines.All())
		}
	})
}

// However often an endpoint puts a step off, it does so for ten minutes in all.
// Many who wait at once wait as long as one.
func TestWaitsAreBoundedInAll(t *testing.T) {
	put := func(ctx context.Context, s *llm.Session, n int) error {
		p := prompt
		p.User = fmt.Sprint(n)
		_, err := llm.Ask(ctx, s, p, two)
		return err
	}
	// Every question is put off once, for this long, and answered then.
	model := func(t *testing.T, retryAfter string) (*model, *llm.Session) {
		m := newModel(t, func(c *llm.Config) { c.Timeout = time.Minute })
		for range 40 {
			m.Fault(modelserver.RateLimited(retryAfter), nil)
		}
		return m, m.client.Session()
	}
	t.Run("one after the other", func(t *testing.T) {
		ctx := endpoint.WithPatience(t.Context(), &endpoint.Patience{Limit: 250 * time.Millisecond})
		m, s := model(t, "0.1")
		m.wait = true
		answered := 0
		var err error
		for n := 0; n < 20 && err == nil; n++ {
			if err = put(ctx, s, n); err == nil {
				answered++
			}
		}
		if answered != 2 || !strings.Contains(err.Error(), "it asks to wait 1 s more, after 1 s of waiting in this step") {
			t.Errorf("%d answers, then %v", answered, err)
		}
		if err := put(ctx, s, 99); !errors.Is(err, llm.ErrGivenUp) {
			t.Errorf("the next: %v", err)
		}
	})
	t.Run("at once", func(t *testing.T) {
		ctx := endpoint.WithPatience(t.Context(), &endpoint.Patience{Limit: 30 * time.Second})
		m := newModel(t, func(c *llm.Config) { c.Timeout, c.Concurrency = time.Minute, 8 })
		for range 8 {
			m.Fault(modelserver.RateLimited("20"))
		}
		s := m.client.Session()
		var asking sync.WaitGroup
		for n := range 8 {
			asking.Go(func() {
				if err := put(ctx, s, n); err != nil {
					t.Error(err)
				}
			})
		}
		asking.Wait()
	})
}

// Whoever cancels a task does not wait for its endpoint.
func TestAWaitEndsWithItsContext(t *testing.T) {
	m := newModel(t)
	m.wait = true
	m.Fault(modelserver.RateLimited("45"))
	ctx, cancel := context.WithCancel(t.Context())
	ctx = endpoint.WithPatience(ctx, &endpoint.Patience{Tell: func(string, endpoint.Cause, time.Duration) { cancel() }})
	began := time.Now()
	s := m.client.Session()
	_, err := llm.Ask(ctx, s, prompt, two)
	if !errors.Is(err, context.Canceled) || errors.Is(err, llm.ErrUnavailable) || time.Since(began) > 10*time.Second {
		t.Errorf("err = %v after %s", err, time.Since(began))
	}
	if u := s.Usage(); u.Requests != 1 || u.FailedRequests != 1 || u.Failed != 0 {
		t.Errorf("usage %+v", u)
	}
}

// A reason names what to look at, and repeats neither the key nor the question,
// which the endpoint does here.
func TestReasonsSayWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		en, zh string
	}{
		"key":     {401, "HTTP 401: check DP_LLM_API_KEY", "HTTP 401：请检查 DP_LLM_API_KEY"},
		"access":  {403, "HTTP 403: check DP_LLM_API_KEY", "HTTP 403：请检查 DP_LLM_API_KEY"},
		"address": {404, "HTTP 404: check DP_LLM_BASE_URL and DP_LLM_MODEL", "HTTP 404：请检查 DP_LLM_BASE_URL 和 DP_LLM_MODEL"},
		"money":   {402, "HTTP 402: the account has no credit left", "HTTP 402：账户额度已用完"},
		"request": {400, "HTTP 400: the endpoint refuses the request", "HTTP 400：接口拒绝了请求"},
		"fault":   {500, "HTTP 500: the endpoint fails", "HTTP 500：接口出错"},
		"no JSON": {200, "HTTP 200: what came is no answer; check DP_LLM_BASE_URL", "HTTP 200：收到的不是可用的应答，请检查 DP_LLM_BASE_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t)
			asked := prompt
			asked.User = `Name a theme of "Zhang Wei, 13812345678".`
			for range 5 {
				m.Fault(modelserver.Status(c.status, `invalid input: `+asked.User+` with `+modelserver.Key))
			}
			s := m.client.Session()
			_, err := llm.Ask(t.Context(), s, asked, two)
			if en, zh := s.Reason(err, events.English), s.Reason(err, events.Chinese); en != "the model is not available ("+c.en+")" || zh != "模型无法使用（"+c.zh+"）" {
				t.Errorf("%s\n%s", en, zh)
			}
			for _, told := range append(s.Usage().Problems, err.Error()) {
				if strings.Contains(told, "Zhang") || strings.Contains(told, "1381234") || strings.Contains(told, modelserver.Key) {
					t.Errorf("told: %s", told)
				}
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		m := newModel(t, func(c *llm.Config) { c.BaseURL = "http://127.0.0.1:1/v1" })
		s := m.client.Session()
		_, err := llm.Ask(t.Context(), s, prompt, two)
		if got := s.Reason(err, events.English); got != "the model is not available (it cannot be reached; check DP_LLM_BASE_URL and the network)" {
			t.Error(got)
		}
		if u := s.Usage(); u.Requests != 5 || u.FailedRequests != 5 {
			t.Errorf("usage %+v", u)
		}
	})
}
