// Package embed turns text into vectors.
package embed

import "context"

// Embedder turns text into vectors whose cosine tells how near two texts are.
// It is safe for concurrent use.
type Embedder interface {
	// Name identifies the embedder and its version. Vectors of one name can be
	// compared with each other, and with no others.
	Name() string
	// Dimension is the length of every vector.
	Dimension() int
	// Embed returns a vector of length 1 per text, in the texts' order.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}
