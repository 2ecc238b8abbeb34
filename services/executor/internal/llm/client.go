package llm

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/citu/datapipeline/services/executor/internal/llm/cache"
	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// Client asks one model on behalf of all sessions of a process. It is safe for
// concurrent use. A nil Client has no model.
type Client struct {
	cfg      Config
	endpoint *endpoint.Endpoint
	cache    *cache.Cache
	metrics  *endpoint.Metrics
	schemas  schemas
	// formats are by prompt what the endpoint has taken instead of a schema.
	formats sync.Map
}

// Options are what a client works with beside its configuration.
type Options struct {
	// Cache keeps answers; nil keeps none.
	Cache   *cache.Cache
	Metrics *endpoint.Metrics
	// Sleep is endpoint.Config.Sleep.
	Sleep func(ctx context.Context, d time.Duration) error
}

// New makes a client; nil where no model is configured. Nothing is asked of it
// yet. An error is a fault of the configuration.
func New(cfg Config, o Options) (*Client, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if !cfg.Configured() {
		return nil, nil
	}
	key, err := ReadKey(cfg.Key, cfg.KeyFile)
	if err != nil {
		return nil, err
	}
	extra, err := endpoint.Extra(cfg.ExtraBody)
	if err != nil {
		return nil, err
	}
	cfg.Key = ""
	return &Client{
		cfg: cfg, cache: o.Cache, metrics: o.Metrics,
		endpoint: endpoint.New(endpoint.Config{
			BaseURL: cfg.BaseURL, Key: key, Concurrency: cfg.Concurrency, Timeout: cfg.Timeout,
			Extra: extra, Sleep: o.Sleep, Metrics: o.Metrics,
		}),
	}, nil
}

// Name is the model's name; "" where there is none.
func (c *Client) Name() string {
	if c == nil {
		return ""
	}
	return c.cfg.Model
}

// Close closes connections that are kept for later questions.
func (c *Client) Close() {
	if c != nil {
		c.endpoint.Close()
	}
}

// Session opens a session whose budget is what earlier ones of the same
// request have left of the task's. It is nil for a nil Client.
func (c *Client) Session(earlier ...Usage) *Session {
	if c == nil {
		return nil
	}
	s := &Session{client: c, budget: newBudget(c.cfg), problems: map[string]struct{}{}, usage: Usage{Model: c.cfg.Model}}
	for _, u := range earlier {
		s.budget.prompt += u.PromptTokens
		s.budget.completion += u.CompletionTokens
		if answered := u.Requests - u.FailedRequests; answered > 0 {
			s.budget.largest = max(s.budget.largest, u.CompletionTokens/int64(answered))
		}
	}
	return s
}

// key is the key of a prompt in the cache. The endpoint is part of it, since
// two may call different models by one name; how the answer's form is enforced
// is not.
func (c *Client) key(p Prompt) string {
	return cache.Key("chat 2", c.cfg.BaseURL, c.cfg.Model, c.cfg.ExtraBody,
		p.Name, strconv.Itoa(p.Version), p.System, p.User, string(p.Schema))
}

// format is what a prompt asks the answer to be: a schema, until the endpoint
// has refused it.
func (c *Client) format(p Prompt) endpoint.Format {
	if format, ok := c.formats.Load(p.Name); ok {
		return format.(endpoint.Format)
	}
	return endpoint.FormatSchema
}

// stated puts the schema into words, for endpoints that do not enforce it.
func stated(p Prompt) string {
	return fmt.Sprintf("%s\n\nAnswer with one JSON object and nothing else. It fits the JSON schema %q:\n%s", p.System, p.Name, p.Schema)
}
