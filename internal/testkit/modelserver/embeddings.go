package modelserver

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"
)

// SetBatchLimit makes requests with more than n texts fail with 400; 0 is no
// limit.
func (s *Server) SetBatchLimit(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batchLimit = n
}

// SetDimension sets the length of the vectors.
func (s *Server) SetDimension(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dimension = n
}

// embed answers a request for embeddings.
func (s *Server) embed(w http.ResponseWriter, r *http.Request, request Request) {
	s.mu.Lock()
	limit, dimension := s.batchLimit, s.dimension
	var fault Fault
	fault, s.embedding = take(s.embedding)
	s.mu.Unlock()
	switch {
	case limit > 0 && len(request.Inputs) > limit:
		write(w, http.StatusBadRequest, map[string]any{"error": map[string]any{
			"code": "InvalidParameter", "type": "InvalidParameter", "param": nil,
			"message": fmt.Sprintf("<400> InternalError.Algo.InvalidParameter: Value error, batch size is invalid, it should not be larger than %d.: input.contents", limit),
		}})
	case fault != nil:
		fault(s, w, r, func() Reply { return Text("") })
	default:
		write(w, http.StatusOK, vectors(request.Inputs, dimension))
	}
}

func vectors(inputs []string, dimension int) map[string]any {
	data, tokens := []any{}, 0
	for i, text := range inputs {
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": Vector(text, dimension)})
		tokens += 1 + len(text)/4
	}
	return map[string]any{
		"object": "list", "model": Model, "data": data,
		"usage": map[string]any{"prompt_tokens": tokens, "total_tokens": tokens},
	}
}

// Vector is the embedding that the server gives a text: how often words fall
// into each dimension, so that texts with the same words are near.
func Vector(text string, dimension int) []float32 {
	vector := make([]float32, dimension)
	vector[0] = 0.5 // no text is without a direction
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(word)) // never fails
		vector[h.Sum32()%uint32(dimension)]++
	}
	return vector
}
