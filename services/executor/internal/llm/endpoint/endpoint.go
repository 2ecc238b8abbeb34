// Package endpoint talks to one OpenAI-compatible endpoint: chat completions
// and embeddings, with bounded concurrency, timeouts, retries and answers of
// bounded size. What an answer says is its callers' matter.
package endpoint

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

// Config says where an endpoint is and how it is treated.
type Config struct {
	// BaseURL is what paths such as /chat/completions are added to.
	BaseURL string
	// Key is the API key; empty sends none. A secret.
	Key string
	// Concurrency is how many requests are under way at once. Default 4.
	Concurrency int
	// Timeout is for one request. Default 60 s. A question may take five of
	// them with all its retries and waits.
	Timeout time.Duration
	// Extra are fields that are added to the body of every request.
	Extra map[string]any
	// Sleep waits before a retry, less when ctx ends, whose error it returns.
	// Default: by the clock.
	Sleep func(ctx context.Context, d time.Duration) error
	// Metrics count requests; nil counts nothing.
	Metrics *Metrics
}

const (
	defaultConcurrency = 4
	defaultTimeout     = time.Minute
	// maxAnswer bounds the body of a response.
	maxAnswer = 64 << 20
	// maxRedirects bounds how often one request is sent on.
	maxRedirects = 3
)

// Endpoint is one endpoint. It is safe for concurrent use.
type Endpoint struct {
	cfg        Config
	http       *http.Client
	slots      chan struct{}
	chat       openai.ChatCompletionService
	embeddings openai.EmbeddingService
}

// New makes an endpoint; nothing is asked of it yet.
func New(cfg Config) *Endpoint {
	if cfg.Concurrency <= 0 {
		cfg.Concurrency = defaultConcurrency
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	e := &Endpoint{cfg: cfg, slots: make(chan struct{}, cfg.Concurrency)}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = cfg.Concurrency
	e.http = &http.Client{Transport: bounded{transport}, CheckRedirect: asItIs}
	// The services alone, since openai.NewClient would add what OPENAI_…
	// variables say: another endpoint's key or organisation. And no retries but
	// our own, which are bounded in all.
	options := []option.RequestOption{
		option.WithBaseURL(cfg.BaseURL), option.WithHTTPClient(e.http), option.WithMaxRetries(0),
	}
	if cfg.Key != "" {
		options = append(options, option.WithAPIKey(cfg.Key))
	}
	e.chat, e.embeddings = openai.NewChatCompletionService(options...), openai.NewEmbeddingService(options...)
	return e
}

// Close closes connections that are kept for later requests.
func (e *Endpoint) Close() { e.http.CloseIdleConnections() }

// asItIs follows a redirection that asks for the same request again elsewhere on
// the same host; a question goes to nobody else, and never less secretly.
func asItIs(next *http.Request, via []*http.Request) error {
	first := via[0]
	if first.URL.Scheme == "https" && next.URL.Scheme != "https" {
		return http.ErrUseLastResponse
	}
	if next.Method != first.Method || next.URL.Hostname() != first.URL.Hostname() || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// bounded cuts responses that are too large, which then do not decode.
type bounded struct{ next *http.Transport }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(r)
	if err == nil {
		response.Body = limitedBody{io.LimitReader(response.Body, maxAnswer), response.Body}
	}
	return response, err
}

// CloseIdleConnections lets http.Client reach the transport.
func (b bounded) CloseIdleConnections() { b.next.CloseIdleConnections() }

type limitedBody struct {
	io.Reader
	io.Closer
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Extra reads extra fields of requests, a JSON object. It refuses fields that
// would change what a request asks or how it is answered.
func Extra(text string) (map[string]any, error) {
	if text == "" {
		return nil, nil
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return nil, errNotObject
	}
	for _, name := range []string{"model", "messages", "input", "response_format", "stream", "n", "tools", "encoding_format"} {
		if _, given := fields[name]; given {
			return nil, reservedError(name)
		}
	}
	return fields, nil
}
