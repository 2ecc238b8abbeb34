package llm

import (
	"context"
	"encoding/json"

	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// kept is what the cache holds of an answer, as it came.
type kept struct {
	Content string `json:"content"`
	Cut     bool   `json:"cut"`
	// Refused says that it could not be used, asked again or not.
	Refused bool `json:"refused"`
}

func (k kept) answer() endpoint.Answer { return endpoint.Answer{Content: k.Content, Cut: k.Cut} }

// recall returns what is kept under a key.
func (c *Client) recall(ctx context.Context, key string) (k kept, ok bool) {
	content, ok := c.cache.Get(ctx, key)
	if !ok || json.Unmarshal(content, &k) != nil {
		return kept{}, false
	}
	return k, true
}

// keep keeps an answer. Where that fails it costs the next run a question, and
// this one nothing.
func (c *Client) keep(ctx context.Context, key string, said endpoint.Answer, refused bool) {
	if content, err := json.Marshal(kept{said.Content, said.Cut, refused}); err == nil {
		_ = c.cache.Put(ctx, key, content)
	}
}
