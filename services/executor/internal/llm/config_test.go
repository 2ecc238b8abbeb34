package llm_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/llm"
)

func TestNoModelIsNoSession(t *testing.T) {
	client, err := llm.New(llm.Config{}, llm.Options{})
	if client != nil || err != nil {
		t.Fatalf("%v, %v", client, err)
	}
	s := client.Session()
	if _, err := llm.Ask(t.Context(), s, prompt, two); !errors.Is(err, llm.ErrNone) {
		t.Errorf("err = %v", err)
	}
	if s != nil || s.Usage() != nil {
		t.Errorf("session %v, usage %v", s, s.Usage())
	}
	client.Close()
}

func TestValidateSaysEveryFaultAndNoSecret(t *testing.T) {
	const secret = "hunter2-hunter2"
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := llm.Config{BaseURL: "http://127.0.0.1:1/v1", Model: "m"}
	for name, c := range map[string]struct {
		change func(*llm.Config)
		want   string // "" is valid
	}{
		"good":              {func(*llm.Config) {}, ""},
		"nothing":           {func(c *llm.Config) { *c = llm.Config{} }, ""},
		"a key in a file":   {func(c *llm.Config) { c.KeyFile = keyFile }, ""},
		"no model":          {func(c *llm.Config) { c.Model = "" }, "DP_LLM_MODEL"},
		"no endpoint":       {func(c *llm.Config) { c.BaseURL = "" }, "DP_LLM_BASE_URL"},
		"no URL":            {func(c *llm.Config) { c.BaseURL = "api.example.com/v1" }, "llm-base-url: not an http://"},
		"another scheme":    {func(c *llm.Config) { c.BaseURL = "ftp://a/v1" }, "not an http://"},
		"a user in the URL": {func(c *llm.Config) { c.BaseURL = "https://u:" + secret + "@a/v1" }, "names a user"},
		"a query":           {func(c *llm.Config) { c.BaseURL = "https://a/v1?key=" + secret }, "has a query"},
		"no JSON":           {func(c *llm.Config) { c.ExtraBody = "{" + secret }, "llm-extra-body: not a JSON object"},
		"a reserved field":  {func(c *llm.Config) { c.ExtraBody = `{"stream": true}` }, `"stream" is set by the program`},
		"two keys":          {func(c *llm.Config) { c.Key, c.KeyFile = secret, keyFile }, "given twice"},
		"no file":           {func(c *llm.Config) { c.KeyFile = keyFile + "x" }, "no such file"},
		"a key of two":      {func(c *llm.Config) { c.Key = secret + "\n" + secret }, "control characters"},
		"a negative price":  {func(c *llm.Config) { c.InputPrice = -1 }, "none is negative"},
		"a limit, no price": {func(c *llm.Config) { c.MaxCost = 1 }, "without prices"},
		"too many at once":  {func(c *llm.Config) { c.Concurrency = 1000 }, "not within 1 to 256"},
		"a negative wait":   {func(c *llm.Config) { c.Timeout = -1 }, "not positive"},
	} {
		cfg := good
		c.change(&cfg)
		err := cfg.Validate()
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), secret)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSendsExtraFieldsAndTheKeyOfAFile(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte(modelserver.Key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := newModel(t, func(c *llm.Config) {
		c.Key, c.KeyFile, c.ExtraBody = "", keyFile, `{"temperature":0,"chat_template_kwargs":{"enable_thinking":false}}`
	})
	got, err := llm.Ask(t.Context(), m.client.Session(), prompt, two)
	wantThemes(t, got, err)
	if body := string(m.Requests()[0].Body); !strings.Contains(body, `"temperature":0`) || !strings.Contains(body, `"enable_thinking":false`) {
		t.Errorf("sent %s", body)
	}
}

// What variables of another program say goes to no endpoint of ours.
func TestVariablesOfOpenAIChangeNothing(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "sk-other")
	t.Setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
	t.Setenv("OPENAI_ORG_ID", "org-other")
	t.Setenv("OPENAI_CUSTOM_HEADERS", "X-Other: 1")
	m := newModel(t)
	got, err := llm.Ask(t.Context(), m.client.Session(), prompt, two)
	wantThemes(t, got, err)
	if h := m.Requests()[0].Header; h.Get("OpenAI-Organization") != "" || h.Get("X-Other") != "" {
		t.Errorf("sent %v", h)
	}
}

// An endpoint that repeats the key in its refusal does not bring it into
// errors, results or entries of the cache.
func TestTheKeyIsNowhere(t *testing.T) {
	const wrong = "sk-wrong-0123456789"
	m := newModel(t, func(c *llm.Config) { c.Key = wrong })
	s := m.client.Session()
	_, err := llm.Ask(t.Context(), s, prompt, two)
	if !errors.Is(err, llm.ErrUnavailable) || !strings.Contains(err.Error(), "HTTP 401: Incorrect API key provided: Bearer ***.") {
		t.Errorf("err = %v", err)
	}
	for _, problem := range s.Usage().Problems {
		if strings.Contains(problem, wrong) {
			t.Error(problem)
		}
	}
	for name, c := range map[string]llm.Config{"without a key": {}, "with one": {Key: wrong}} {
		c.BaseURL, c.Model = "http://127.0.0.1:1/v1", "m"
		client, err := llm.New(c, llm.Options{Sleep: m.sleep})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := llm.Ask(t.Context(), client.Session(), prompt, two); !errors.Is(err, llm.ErrUnavailable) || strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
