package embed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/llm/cache"
	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// Config says which model embeds; without an address it is Lexical.
type Config struct {
	BaseURL string `name:"base-url" env:"DP_EMBEDDING_BASE_URL" placeholder:"URL" help:"Embeddings: base URL of an OpenAI-compatible endpoint; default none, which embeds by words."`
	// Key and KeyFile are secrets: the key itself, or a file that holds it.
	Key     string `name:"api-key" env:"DP_EMBEDDING_API_KEY" json:"-" placeholder:"KEY" help:"API key of that endpoint; as a variable rather than a flag, which others can see."`
	KeyFile string `name:"api-key-file" env:"DP_EMBEDDING_API_KEY_FILE" placeholder:"FILE" help:"File that holds the API key instead."`
	Model   string `name:"model" env:"DP_EMBEDDING_MODEL" placeholder:"NAME" help:"Name of the embedding model."`
	// ExtraBody is added to every request; see endpoint.Extra.
	ExtraBody string `name:"extra-body" env:"DP_EMBEDDING_EXTRA_BODY" placeholder:"JSON" help:"JSON object of further fields of every request, such as {\"dimensions\": 1024}."`
	BatchSize int    `name:"batch-size" env:"DP_EMBEDDING_BATCH_SIZE" default:"10" help:"Most texts in one request."`
}

// maxBatch bounds Config.BatchSize.
const maxBatch = 2048

// Configured says that there is an endpoint.
func (c Config) Configured() bool { return c.BaseURL != "" }

// Validate returns every fault at once.
func (c Config) Validate() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("embedding-"+format, args...))
	}
	switch {
	case !c.Configured() && c.Model != "":
		fault("model: the endpoint is missing (DP_EMBEDDING_BASE_URL)")
	case c.Configured() && c.Model == "":
		fault("base-url: the model's name is missing (DP_EMBEDDING_MODEL)")
	}
	if err := llm.ValidURL(c.BaseURL); err != nil {
		fault("base-url: %w", err)
	}
	if _, err := endpoint.Extra(c.ExtraBody); err != nil {
		fault("extra-body: %w", err)
	}
	if _, err := llm.ReadKey(c.Key, c.KeyFile); err != nil {
		fault("api-key-file: %w", err)
	}
	if c.BatchSize < 0 || c.BatchSize > maxBatch {
		fault("batch-size: %d is not within 1 to %d", c.BatchSize, maxBatch)
	}
	return errors.Join(faults...)
}

// Options are what an embedder works with beside its configuration.
type Options struct {
	// Cache keeps vectors by text; nil keeps none.
	Cache   *cache.Cache
	Metrics *endpoint.Metrics
	// Concurrency, Timeout and Sleep are those of endpoint.Config.
	Concurrency int
	Timeout     time.Duration
	Sleep       func(ctx context.Context, d time.Duration) error
}

// New makes an embedder: Lexical where no endpoint is configured. Nothing is
// asked of it yet. An error is a fault of the configuration.
func New(cfg Config, o Options) (Embedder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if !cfg.Configured() {
		return Lexical(), nil
	}
	key, err := llm.ReadKey(cfg.Key, cfg.KeyFile)
	if err != nil {
		return nil, err
	}
	extra, err := endpoint.Extra(cfg.ExtraBody)
	if err != nil {
		return nil, err
	}
	if cfg.BatchSize == 0 {
		cfg.BatchSize = defaultBatch
	}
	cfg.Key = ""
	m := &model{cfg: cfg, cache: o.Cache, metrics: o.Metrics, endpoint: endpoint.New(endpoint.Config{
		BaseURL: cfg.BaseURL, Key: key, Concurrency: o.Concurrency, Timeout: o.Timeout, Extra: extra, Sleep: o.Sleep, Metrics: o.Metrics,
	})}
	m.batch.Store(int64(cfg.BatchSize))
	return m, nil
}

const defaultBatch = 10

// Close closes connections that an embedder keeps for later requests.
func Close(e Embedder) {
	if m, ok := e.(*model); ok {
		m.endpoint.Close()
	}
}
