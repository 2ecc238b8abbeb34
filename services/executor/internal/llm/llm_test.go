package llm_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/llm/cache"
	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// model is a scripted model and a client of it whose waits are noted and, but
// where a test says so, not waited.
type model struct {
	*modelserver.Server
	client *llm.Client
	bucket *blob.Bucket

	wait bool // by the clock

	mu    sync.Mutex
	waits []time.Duration
}

func newModel(t *testing.T, changes ...func(*llm.Config)) *model {
	t.Helper()
	m := &model{Server: modelserver.New(t), bucket: memblob.OpenBucket(nil)}
	t.Cleanup(func() { _ = m.bucket.Close() })
	m.Answer(func(modelserver.Request) modelserver.Reply {
		return modelserver.JSON(themes{Themes: []string{"orders", "guests"}})
	})
	cfg := llm.Config{BaseURL: m.URL(), Key: modelserver.Key, Model: "m-1", Timeout: 10 * time.Second, InputPrice: 2, OutputPrice: 10}
	for _, change := range changes {
		change(&cfg)
	}
	client, err := llm.New(cfg, llm.Options{Cache: cache.New(m.bucket), Metrics: endpoint.NewMetrics(kit.Registry()), Sleep: m.sleep})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	m.client = client
	return m
}

func (m *model) sleep(ctx context.Context, d time.Duration) error {
	m.mu.Lock()
	m.waits = append(m.waits, d)
	m.mu.Unlock()
	if !m.wait {
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
	return ctx.Err()
}

type themes struct {
	Themes []string `json:"themes"`
}

var prompt = llm.Prompt{
	Name: "themes", Version: 1, System: "You know databases.", User: "Name two themes.",
	Schema: []byte(`{"type":"object","properties":{"themes":{"type":"array","items":{"type":"string"}}},"required":["themes"],"additionalProperties":false}`),
}

// two accepts two themes that are known.
func two(a *themes) error {
	if len(a.Themes) != 2 {
		return fmt.Errorf("there are %d themes, not 2", len(a.Themes))
	}
	for _, name := range a.Themes {
		if name != "orders" && name != "guests" {
			return fmt.Errorf("there is no table %q", name)
		}
	}
	return nil
}

func wantThemes(t *testing.T, got themes, err error) {
	t.Helper()
	if err != nil || !slices.Equal(got.Themes, []string{"orders", "guests"}) {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestAsksByAStrictSchema(t *testing.T) {
	m := newModel(t)
	s := m.client.Session()
	got, err := llm.Ask(t.Context(), s, prompt, two)
	wantThemes(t, got, err)
	seen := m.Requests()
	if len(seen) != 1 || seen[0].Format != "json_schema" || seen[0].Name != "themes" || seen[0].Model != "m-1" ||
		seen[0].System() != "You know databases." || seen[0].User() != "Name two themes." || !strings.Contains(string(seen[0].Body), `"strict":true`) {
		t.Errorf("asked %s", seen[0].Body)
	}
	want := llm.Usage{Model: "m-1", Requests: 1, PromptTokens: 100, CompletionTokens: 50, Cost: 0.0007}
	if u := s.Usage(); u.Model != want.Model || u.Requests != 1 || u.PromptTokens != 100 || u.CompletionTokens != 50 || u.Cost != want.Cost || u.Problems == nil || len(u.Problems) > 0 {
		t.Errorf("usage %+v", u)
	}
}

// Whatever a model puts around its JSON, the JSON is found, without asking
// again.
func TestFindsTheAnswerInWhatIsAroundIt(t *testing.T) {
	const good = `{"themes":["orders","guests"]}`
	for name, said := range map[string]string{
		"fenced":                 "```json\n" + good + "\n```",
		"fenced with words":      "Here:\n```\n" + good + "\n```\nAnything else {?}",
		"thought":                "<think>\nPerhaps {\"themes\":[\"a\",\"b\"]}?\n</think>\n" + good,
		"thought twice":          "<think>a</think><THINKING>{}</THINKING>" + good,
		"thought, begun earlier": "so {\"themes\":[\"x\",\"y\"]} or\n</think>\n\n" + good,
		"an example before":      `Given {"a": 1}, the answer is ` + good + ".",
		"white space":            "\ufeff \n" + good + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t)
			m.Fault(modelserver.Saying(said))
			got, err := llm.Ask(t.Context(), m.client.Session(), prompt, two)
			wantThemes(t, got, err)
			if n := len(m.Requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// What cannot be used is said to the model, which may answer once more.
func TestAsksAgainWithTheFault(t *testing.T) {
	for name, fault := range map[string]struct {
		fault modelserver.Fault
		told  string
	}{
		"truncated":         {modelserver.Truncated, "cut off at the limit of tokens"},
		"broken JSON":       {modelserver.Saying(`{"themes":["orders"`), "not valid JSON"},
		"no JSON":           {modelserver.Saying("I cannot."), "no JSON object"},
		"empty":             {modelserver.Empty, "no JSON object"},
		"only thought":      {modelserver.Saying(`<think>{"themes":["orders","guests"]}`), "no JSON object"},
		"a missing field":   {modelserver.Saying(`{}`), "missing property 'themes'"},
		"an unknown field":  {modelserver.Saying(`{"themes":["orders","guests"],"note":"!"}`), "additional properties 'note' not allowed"},
		"another type":      {modelserver.Saying(`{"themes":"orders"}`), "at '/themes': got string, want array"},
		"the wrong count":   {modelserver.Saying(`{"themes":["orders"]}`), "there are 1 themes, not 2"},
		"an invented table": {modelserver.Saying(`{"themes":["orders","dragons"]}`), `there is no table "dragons"`},
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t)
			m.Fault(fault.fault)
			s := m.client.Session()
			got, err := llm.Ask(t.Context(), s, prompt, two)
			wantThemes(t, got, err)
			seen := m.Requests()
			if len(seen) != 2 {
				t.Fatalf("%d requests", len(seen))
			}
			if last := seen[1].Messages[3].Content; !strings.Contains(last, fault.told) {
				t.Errorf("told %q", last)
			}
			if !strings.Contains(seen[1].System(), `JSON schema "themes"`) {
				t.Error("the schema is not stated")
			}
			if u := s.Usage(); u.Requests != 2 || u.Failed != 0 || u.PromptTokens != 200 {
				t.Errorf("usage %+v", u)
			}
		})
	}
}

func TestRefusesASecondBadAnswer(t *testing.T) {
	m := newModel(t)
	m.Answer(func(modelserver.Request) modelserver.Reply {
		return modelserver.JSON(themes{Themes: []string{"dragons"}})
	})
	s := m.client.Session()
	_, err := llm.Ask(t.Context(), s, prompt, two)
	if !errors.Is(err, llm.ErrAnswer) || len(m.Requests()) != 2 {
		t.Fatalf("err = %v after %d requests", err, len(m.Requests()))
	}
	if u := s.Usage(); u.Failed != 1 || !slices.Equal(u.Problems, []string{"model answer refused: themes: there are 1 themes, not 2"}) {
		t.Errorf("usage %+v", u)
	}
	next := m.client.Session()
	if _, err := llm.Ask(t.Context(), next, prompt, two); !errors.Is(err, llm.ErrAnswer) || len(m.Requests()) != 2 {
		t.Errorf("err = %v after %d requests", err, len(m.Requests()))
	}
	if u := next.Usage(); u.Failed != 1 || u.Cached != 1 || u.Requests != 0 || !slices.Equal(u.Problems, s.Usage().Problems) {
		t.Errorf("usage %+v", u)
	}
	if got, err := llm.Ask(t.Context(), next, prompt, func(*themes) error { return nil }); err != nil || got.Themes[0] != "dragons" {
		t.Errorf("what is kept is not judged again: %v, %v", got, err)
	}
}

// An answer that was accepted once and is not any more is asked for again.
func TestAsksAgainForWhatPassesNoMore(t *testing.T) {
	m := newModel(t)
	s := m.client.Session()
	_, err := llm.Ask(t.Context(), s, prompt, two)
	no := func(*themes) error { return errors.New("known already") }
	if _, again := llm.Ask(t.Context(), s, prompt, no); err != nil || !errors.Is(again, llm.ErrAnswer) || len(m.Requests()) != 3 {
		t.Errorf("%v, %v after %d requests", err, again, len(m.Requests()))
	}
}

// A model that cannot do it is not asked once per table, in a later run neither.
func TestASessionGivesUpAModelThatSaysNothingOfUse(t *testing.T) {
	for name, c := range map[string]struct {
		says    modelserver.Reply
		prompts int
	}{
		"no JSON at all":    {modelserver.Text("I am sorry."), 3},
		"what is not there": {modelserver.JSON(themes{Themes: []string{"dragons"}}), 8},
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t)
			m.Answer(func(modelserver.Request) modelserver.Reply { return c.says })
			for range 2 {
				s := m.client.Session()
				for i := range 20 {
					p := prompt
					p.User = fmt.Sprint(i)
					_, err := llm.Ask(t.Context(), s, p, two)
					if !errors.Is(err, llm.ErrAnswer) || errors.Is(err, llm.ErrGivenUp) != (i >= c.prompts) {
						t.Fatalf("question %d: %v", i, err)
					}
				}
				if n := len(m.Requests()); n != 2*c.prompts {
					t.Errorf("%d requests", n)
				}
			}
		})
	}
}

func TestRetriesWhatPasses(t *testing.T) {
	date := time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat)
	for name, c := range map[string]struct {
		fault    modelserver.Fault
		min, max time.Duration
	}{
		"429 in seconds":            {modelserver.RateLimited("7"), 7 * time.Second, 7 * time.Second},
		"429 until a date":          {modelserver.RateLimited(date), 17 * time.Second, 20 * time.Second},
		"429 for a minute":          {modelserver.RateLimited("60"), time.Minute, time.Minute},
		"429 without a word":        {modelserver.RateLimited(""), 375 * time.Millisecond, 500 * time.Millisecond},
		"500":                       {modelserver.Status(500, "boom"), 375 * time.Millisecond, 500 * time.Millisecond},
		"503":                       {modelserver.Status(503, "loading"), 375 * time.Millisecond, 500 * time.Millisecond},
		"a connection that breaks":  {modelserver.Broken, 375 * time.Millisecond, 500 * time.Millisecond},
		"an answer without choices": {modelserver.Status(200, "odd"), 375 * time.Millisecond, 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t, func(c *llm.Config) { c.Timeout = time.Minute })
			m.Fault(c.fault)
			s := m.client.Session()
			got, err := llm.Ask(t.Context(), s, prompt, two)
			wantThemes(t, got, err)
			if u := s.Usage(); u.Requests != 2 || u.FailedRequests != 1 || u.Unavailable != nil {
				t.Errorf("usage %+v", u)
			}
			if len(m.waits) != 1 || m.waits[0] < c.min || m.waits[0] > c.max {
				t.Errorf("waited %v, want %s to %s", m.waits, c.min, c.max)
			}
		})
	}
}

func TestRetriesAreBounded(t *testing.T) {
	m := newModel(t)
	for range 20 {
		m.Fault(modelserver.Status(500, "boom"))
	}
	s := m.client.Session()
	_, err := llm.Ask(t.Context(), s, prompt, two)
	if !errors.Is(err, llm.ErrUnavailable) || !strings.Contains(err.Error(), "HTTP 500: boom") || len(m.Requests()) != 5 {
		t.Fatalf("err = %v after %d requests", err, len(m.Requests()))
	}
	for i, wait := range m.waits { // 0.5, 1, 2, 4 s, each less up to a quarter
		if most := 500 * time.Millisecond << i; wait > most || wait < most*3/4 {
			t.Errorf("wait %d is %s", i, wait)
		}
	}
	if u := s.Usage(); u.Failed != 1 || u.Requests != 5 || u.FailedRequests != 5 || len(u.Problems) != 1 {
		t.Errorf("usage %+v", u)
	}
}

func TestGivesUpAHangingEndpoint(t *testing.T) {
	m := newModel(t, func(c *llm.Config) { c.Timeout = 150 * time.Millisecond })
	m.Fault(modelserver.Hanging, modelserver.Hanging, modelserver.Hanging)
	_, err := llm.Ask(t.Context(), m.client.Session(), prompt, two)
	if !errors.Is(err, llm.ErrUnavailable) || !strings.Contains(err.Error(), "no response within 150ms") || len(m.Requests()) != 2 {
		t.Errorf("err = %v after %d requests", err, len(m.Requests()))
	}
}

func TestEndsWithItsContext(t *testing.T) {
	m := newModel(t)
	m.Fault(modelserver.Hanging)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	s := m.client.Session()
	if _, err := llm.Ask(ctx, s, prompt, two); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, llm.ErrUnavailable) {
		t.Errorf("err = %v", err)
	}
	if u := s.Usage(); u.Failed != 0 || len(u.Problems) > 0 {
		t.Errorf("usage %+v", u)
	}
}

// A dead endpoint is not waited for once per table.
func TestASessionGivesUpADeadEndpoint(t *testing.T) {
	t.Run("after three questions", func(t *testing.T) {
		m := newModel(t)
		for range 100 {
			m.Fault(modelserver.Status(500, "boom"))
		}
		s := m.client.Session()
		for range 10 {
			if _, err := llm.Ask(t.Context(), s, prompt, two); !errors.Is(err, llm.ErrUnavailable) {
				t.Fatal(err)
			}
		}
		if n := len(m.Requests()); n != 15 {
			t.Errorf("%d requests", n)
		}
	})
	for name, fault := range map[string]modelserver.Fault{
		"an unknown model": modelserver.Status(404, "The model `m-1` does not exist"),
		"no money":         modelserver.Status(429, "insufficient_quota"),
		"a page":           modelserver.Page,
		"a login":          modelserver.Redirecting("/login", 302),
		"another host":     modelserver.Redirecting("http://elsewhere.invalid/v1/chat/completions", 307),
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t)
			m.Fault(fault)
			s := m.client.Session()
			for range 3 {
				if _, err := llm.Ask(t.Context(), s, prompt, two); !errors.Is(err, llm.ErrUnavailable) {
					t.Fatal(err)
				}
			}
			if n := len(m.Requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestFallsBackFromFormatsAndRemembers(t *testing.T) {
	for name, refusal := range map[string]modelserver.Refusal{
		"OpenAI": modelserver.RefusalOpenAI, "DeepSeek": modelserver.RefusalDeepSeek, "vLLM": modelserver.RefusalVLLM, "Ollama": modelserver.RefusalOllama,
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t)
			m.Refuse("json_schema", refusal)
			s := m.client.Session()
			got, err := llm.Ask(t.Context(), s, prompt, two)
			wantThemes(t, got, err)
			next := prompt
			next.User = "Name two more."
			got, err = llm.Ask(t.Context(), s, next, two)
			wantThemes(t, got, err)
			if f := formats(m); !slices.Equal(f, []string{"json_schema", "json_object", "json_object"}) {
				t.Errorf("asked for %q", f)
			}
			if seen := m.Requests(); seen[1].Name != "themes" || !strings.Contains(seen[1].System(), string(prompt.Schema)) {
				t.Errorf("the schema is not stated: %s", seen[1].System())
			}
			if u := s.Usage(); u.Requests != 3 || u.FailedRequests != 1 || len(u.Problems) > 0 {
				t.Errorf("usage %+v", u)
			}
		})
	}
	t.Run("to plain words", func(t *testing.T) {
		m := newModel(t)
		m.Refuse("json_schema", modelserver.RefusalVLLM)
		m.Refuse("json_object", modelserver.RefusalVLLM)
		got, err := llm.Ask(t.Context(), m.client.Session(), prompt, two)
		wantThemes(t, got, err)
		if f := formats(m); !slices.Equal(f, []string{"json_schema", "json_object", ""}) {
			t.Errorf("asked for %q", f)
		}
	})
	t.Run("not for other refusals", func(t *testing.T) {
		m := newModel(t)
		tooLong := modelserver.Status(400, "maximum context length is 8192 tokens")
		m.Fault(tooLong, tooLong, tooLong)
		s := m.client.Session()
		if _, err := llm.Ask(t.Context(), s, prompt, two); !errors.Is(err, llm.ErrUnavailable) || !strings.Contains(err.Error(), "context length") {
			t.Errorf("err = %v", err)
		}
		got, err := llm.Ask(t.Context(), s, prompt, two)
		wantThemes(t, got, err)
		if f := formats(m); f[len(f)-1] != "json_schema" {
			t.Errorf("asked for %q", f)
		}
	})
}

func formats(m *model) (formats []string) {
	for _, r := range m.Requests() {
		formats = append(formats, r.Format)
	}
	return formats
}

func TestAsksNothingTwice(t *testing.T) {
	m := newModel(t)
	for range 2 {
		got, err := llm.Ask(t.Context(), m.client.Session(), prompt, two)
		wantThemes(t, got, err)
	}
	s := m.client.Session()
	got, err := llm.Ask(t.Context(), s, prompt, two)
	wantThemes(t, got, err)
	if u := s.Usage(); len(m.Requests()) != 1 || u.Cached != 1 || u.Requests != 0 || u.PromptTokens != 0 {
		t.Errorf("%d requests, usage %+v", len(m.Requests()), u)
	}
	for name, change := range map[string]func(*llm.Prompt){
		"version": func(p *llm.Prompt) { p.Version = 2 },
		"words":   func(p *llm.Prompt) { p.User += "!" },
		"schema":  func(p *llm.Prompt) { p.Schema = []byte(strings.Replace(string(p.Schema), `{`, `{"title":"t",`, 1)) },
	} {
		before := len(m.Requests())
		changed := prompt
		change(&changed)
		if got, err := llm.Ask(t.Context(), s, changed, two); err != nil || len(got.Themes) != 2 || len(m.Requests()) != before+1 {
			t.Errorf("another %s is answered by the same: %v", name, err)
		}
	}
}

func TestACorruptEntryIsAskedForAgain(t *testing.T) {
	m := newModel(t)
	ask := func() {
		got, err := llm.Ask(t.Context(), m.client.Session(), prompt, two)
		wantThemes(t, got, err)
	}
	ask()
	list := m.bucket.List(nil)
	entry, err := list.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	content, err := m.bucket.ReadAll(t.Context(), entry.Key)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := strings.Replace(string(content), "guests", "gusts!", 1)
	if err := m.bucket.WriteAll(t.Context(), entry.Key, []byte(spoilt), nil); err != nil {
		t.Fatal(err)
	}
	ask()
	ask()
	if n := len(m.Requests()); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestBoundsRequestsAtOnceOverAllSessions(t *testing.T) {
	m := newModel(t, func(c *llm.Config) { c.Concurrency = 2 })
	arrived, open := make(chan struct{}, 20), make(chan struct{})
	m.Answer(func(modelserver.Request) modelserver.Reply {
		arrived <- struct{}{}
		<-open
		return modelserver.JSON(themes{Themes: []string{"orders", "guests"}})
	})
	var asking sync.WaitGroup
	for i := range 10 {
		p := prompt
		p.User = fmt.Sprint(i)
		s := m.client.Session()
		asking.Go(func() {
			if _, err := llm.Ask(t.Context(), s, p, two); err != nil {
				t.Error(err)
			}
		})
	}
	<-arrived
	<-arrived
	close(open)
	asking.Wait()
	if most := m.MostAtOnce(); most != 2 {
		t.Errorf("%d at once", most)
	}
}
