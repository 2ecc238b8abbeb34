// Package embed turns text into vectors.
package embed

import (
	"context"
	"errors"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// Embedder turns text into vectors whose cosine tells how near two texts are.
// It is safe for concurrent use.
type Embedder interface {
	// Name identifies the embedder and its version. Vectors of one name can be
	// compared with each other, and with no others.
	Name() string
	// Dimension is the length of every vector; 0 where it is learnt by the first
	// Embed. Once known it does not change.
	Dimension() int
	// Embed returns a vector per text, in the texts' order, none of them zero.
	// Errors: ErrUnavailable, ErrAnswer, or ctx's.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// Reason says in a language why the endpoint gave no vectors, with what to do and
// nothing of what it said; "" where err does not tell.
func Reason(err error, lang events.Language) string {
	fault, ok := errors.AsType[*endpoint.Error](err)
	if !ok {
		return ""
	}
	return fault.In(lang, "DP_EMBEDDING")
}
