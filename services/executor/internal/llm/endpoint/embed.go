package endpoint

import (
	"context"
	"fmt"
	"net/http"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

// Embed returns a vector per text, in the texts' order, all of one length. The
// error is an *Error, or ctx's.
func (e *Endpoint) Embed(ctx context.Context, model string, texts []string) ([][]float32, error) {
	params := openai.EmbeddingNewParams{Model: model, Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: texts}}
	if len(e.cfg.Extra) > 0 {
		params.SetExtraFields(e.cfg.Extra)
	}
	var vectors [][]float32
	_, err := e.try(ctx, "embedding", func(ctx context.Context, response **http.Response) error {
		got, err := e.embeddings.New(ctx, params, option.WithResponseInto(response))
		if err != nil {
			return err
		}
		e.cfg.Metrics.Tokens("embedding", max(0, got.Usage.PromptTokens))
		vectors, err = ordered(got.Data, len(texts))
		return err
	})
	return vectors, discreet(err, texts)
}

// ordered puts embeddings in the order of their texts.
func ordered(data []openai.Embedding, n int) ([][]float32, error) {
	malformed := func(format string, args ...any) error {
		return &Error{Cause: Cause{Status: http.StatusOK}, Message: fmt.Sprintf(format, args...)}
	}
	if len(data) != n {
		return nil, malformed("%d embeddings for %d texts", len(data), n)
	}
	vectors := make([][]float32, n)
	for _, d := range data {
		switch {
		case d.Index < 0 || int(d.Index) >= n || vectors[d.Index] != nil:
			return nil, malformed("embedding of index %d is out of place", d.Index)
		case len(d.Embedding) == 0 || len(d.Embedding) != len(data[0].Embedding):
			return nil, malformed("embeddings of different lengths")
		}
		vector := make([]float32, len(d.Embedding))
		for i, x := range d.Embedding {
			vector[i] = float32(x)
		}
		vectors[d.Index] = vector
	}
	return vectors, nil
}
