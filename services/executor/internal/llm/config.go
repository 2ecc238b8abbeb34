package llm

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// Config says which model is asked, if any, and how much of it a task may have.
type Config struct {
	BaseURL string `name:"base-url" env:"DP_LLM_BASE_URL" placeholder:"URL" help:"Language model: base URL of an OpenAI-compatible endpoint, such as https://api.example.com/v1; default none."`
	// Key and KeyFile are secrets: the key itself, or a file that holds it.
	Key     string `name:"api-key" env:"DP_LLM_API_KEY" json:"-" placeholder:"KEY" help:"API key of that endpoint; as a variable rather than a flag, which others can see."`
	KeyFile string `name:"api-key-file" env:"DP_LLM_API_KEY_FILE" placeholder:"FILE" help:"File that holds the API key instead."`
	Model   string `name:"model" env:"DP_LLM_MODEL" placeholder:"NAME" help:"Name of the model."`
	// ExtraBody is added to every request; see endpoint.Extra.
	ExtraBody   string        `name:"extra-body" env:"DP_LLM_EXTRA_BODY" placeholder:"JSON" help:"JSON object of further fields of every request, such as {\"temperature\": 0}."`
	Concurrency int           `name:"max-concurrency" env:"DP_LLM_MAX_CONCURRENCY" default:"4" help:"Requests to the model at once, over all tasks of this executor; as many for embeddings."`
	Timeout     time.Duration `name:"timeout" env:"DP_LLM_TIMEOUT" default:"60s" help:"Time limit of one request to the model, or for embeddings."`

	// The budget of a task; 0 is no limit. Prices are per million tokens, in
	// whatever currency the limit is in.
	MaxTokens   int64   `name:"max-tokens-per-task" env:"DP_LLM_MAX_TOKENS_PER_TASK" placeholder:"N" help:"Tokens that one run of a task may use; 0 is no limit."`
	MaxCost     float64 `name:"max-cost-per-task" env:"DP_LLM_MAX_COST_PER_TASK" placeholder:"N" help:"What one run of a task may cost, by the prices below; 0 is no limit."`
	InputPrice  float64 `name:"input-price" env:"DP_LLM_INPUT_PRICE" placeholder:"N" help:"Price of a million prompt tokens."`
	OutputPrice float64 `name:"output-price" env:"DP_LLM_OUTPUT_PRICE" placeholder:"N" help:"Price of a million completion tokens."`
}

// maxConcurrency bounds Config.Concurrency.
const maxConcurrency = 256

// Configured says that there is a model.
func (c Config) Configured() bool { return c.BaseURL != "" }

// Validate returns every fault at once.
func (c Config) Validate() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("llm-"+format, args...)) }
	switch {
	case !c.Configured() && c.Model != "":
		fault("model: the endpoint is missing (DP_LLM_BASE_URL)")
	case c.Configured() && c.Model == "":
		fault("base-url: the model's name is missing (DP_LLM_MODEL)")
	}
	if err := ValidURL(c.BaseURL); err != nil {
		fault("base-url: %w", err)
	}
	if _, err := endpoint.Extra(c.ExtraBody); err != nil {
		fault("extra-body: %w", err)
	}
	if _, err := ReadKey(c.Key, c.KeyFile); err != nil {
		fault("api-key-file: %w", err)
	}
	if c.Concurrency < 0 || c.Concurrency > maxConcurrency {
		fault("max-concurrency: %d is not within 1 to %d", c.Concurrency, maxConcurrency)
	}
	if c.Timeout < 0 {
		fault("timeout: %s is not positive", c.Timeout)
	}
	// Not < 0, so that NaN is refused too.
	if !(c.InputPrice >= 0 && c.OutputPrice >= 0 && c.MaxCost >= 0) || c.MaxTokens < 0 {
		fault("input-price, output-price, max-cost-per-task, max-tokens-per-task: none is negative")
	}
	if c.MaxCost > 0 && c.InputPrice == 0 && c.OutputPrice == 0 {
		fault("max-cost-per-task: without prices nothing costs anything (DP_LLM_INPUT_PRICE, DP_LLM_OUTPUT_PRICE)")
	}
	return errors.Join(faults...)
}

// cost is what tokens cost.
func (c Config) cost(prompt, completion int64) float64 {
	return (float64(prompt)*c.InputPrice + float64(completion)*c.OutputPrice) / 1e6
}

// ValidURL refuses what is no base URL of an endpoint. Its error does not
// repeat the URL, which may hold a secret. Empty is valid.
func ValidURL(base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return errors.New("not an http:// or https:// URL")
	case u.User != nil:
		return errors.New("the URL names a user: give the key apart (the variable that ends in _API_KEY)")
	case u.RawQuery != "" || u.Fragment != "":
		return errors.New("the URL has a query or a fragment")
	}
	return nil
}

// maxKey bounds a key, in bytes.
const maxKey = 8 << 10

// ReadKey returns the key that is given as it is or in a file. Its error does
// not repeat either's content.
func ReadKey(key, file string) (string, error) {
	if file == "" {
		return checked(key)
	}
	if key != "" {
		return "", errors.New("the key is given twice: as a variable and as a file")
	}
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(f, maxKey+1))
	if err != nil {
		return "", err
	}
	if key = strings.TrimSpace(string(content)); key == "" {
		return "", fmt.Errorf("%s is empty", file)
	}
	return checked(key)
}

// checked refuses what no header can hold.
func checked(key string) (string, error) {
	if len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", errors.New("the key is too long or has spaces or control characters in it")
	}
	return key, nil
}
