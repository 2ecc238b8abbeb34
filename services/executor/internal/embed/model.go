package embed

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/services/executor/internal/llm/cache"
	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

var (
	// ErrUnavailable says that the endpoint gave no vectors, after all retries.
	ErrUnavailable = errors.New("embedding model unavailable")
	// ErrAnswer says that it gave vectors that cannot be used.
	ErrAnswer = errors.New("embeddings refused")
)

const (
	// maxText bounds a text in bytes: what is behind it counts for little, and
	// models take about 8,000 tokens.
	maxText = 24 << 10
	// minText is what a text that the endpoint refuses is cut to at the least.
	minText = 512
	// lookups is how many entries of the cache are read at once.
	lookups = 16
	// batches is how many requests are waited for at once; the endpoint bounds
	// those of all runs.
	batches = 4
)

// model embeds by a model behind an endpoint. Vectors are kept as it gives
// them: not all are of length 1.
type model struct {
	cfg      Config
	endpoint *endpoint.Endpoint
	cache    *cache.Cache
	metrics  *endpoint.Metrics

	dimension atomic.Int64
	batch     atomic.Int64 // texts in a request: as configured, or as the endpoint allows
}

func (m *model) Name() string   { return m.cfg.Model }
func (m *model) Dimension() int { return int(m.dimension.Load()) }

// Embed implements Embedder. Texts that occur twice are embedded once; those
// that are too long are cut.
func (m *model) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	distinct := make([]string, 0, len(texts))
	for _, text := range texts {
		distinct = append(distinct, shorten(text, maxText))
	}
	all := slices.Clone(distinct)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	vectors, missing, err := m.lookUp(ctx, distinct)
	if err != nil {
		return nil, err
	}
	if err := m.ask(ctx, missing, vectors); err != nil {
		return nil, err
	}
	out := make([][]float32, len(all))
	for i, text := range all {
		n, _ := slices.BinarySearch(distinct, text)
		out[i] = vectors[n]
	}
	return out, nil
}

// text is a text that is not in the cache, and its place among all.
type text struct {
	place int
	words string
}

// lookUp returns the vectors that are kept, by place, and the other texts.
func (m *model) lookUp(ctx context.Context, texts []string) (vectors [][]float32, missing []text, err error) {
	vectors = make([][]float32, len(texts))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(lookups)
	for i, words := range texts {
		group.Go(func() error {
			kept, _ := m.cache.Get(groupCtx, m.key(words))
			vectors[i] = unpack(kept)
			m.metrics.Cache("embedding", vectors[i] != nil)
			return groupCtx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	for i, words := range texts {
		if vectors[i] == nil {
			missing = append(missing, text{i, words})
		} else if err := m.learn(vectors[i]); err != nil {
			return nil, nil, err
		}
	}
	return vectors, missing, nil
}

// ask embeds texts in batches, some at once, and keeps the vectors.
func (m *model) ask(ctx context.Context, texts []text, vectors [][]float32) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(batches)
	for len(texts) > 0 && groupCtx.Err() == nil {
		n := min(int(m.batch.Load()), len(texts))
		some := texts[:n]
		texts = texts[n:]
		group.Go(func() error { return m.askSome(groupCtx, some, vectors) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// tooMany is what endpoints say of a batch that is too large.
var tooMany = regexp.MustCompile(`(?i)batch|too many|at most|larger than|maximum (number|items|inputs)`)

// askSome embeds a batch. One that is refused is tried in halves; of a single
// text the first half.
func (m *model) askSome(ctx context.Context, texts []text, vectors [][]float32) error {
	words := make([]string, len(texts))
	for i, t := range texts {
		words[i] = t.words
	}
	got, err := m.askAsIs(ctx, words)
	var fault *endpoint.Error
	switch refused := errors.As(err, &fault) && fault.Refused(); {
	case refused && len(texts) > 1:
		half := len(texts) / 2
		if tooMany.MatchString(fault.Message) {
			m.atMost(half)
		}
		return errors.Join(m.askSome(ctx, texts[:half], vectors), m.askSome(ctx, texts[half:], vectors))
	case fault != nil:
		return fmt.Errorf("%w: %w", ErrUnavailable, fault)
	case err != nil:
		return err
	}
	for i, t := range texts {
		if err := m.learn(got[i]); err != nil {
			return err
		}
		vectors[t.place] = got[i]
		_ = m.cache.Put(ctx, m.key(t.words), pack(got[i])) // it costs the next run a question, and this one nothing
	}
	return nil
}

// askAsIs sends one request, and another with half of the text where a single
// one is refused, which says that it is too long.
func (m *model) askAsIs(ctx context.Context, words []string) ([][]float32, error) {
	for {
		got, err := m.endpoint.Embed(ctx, m.cfg.Model, words)
		var fault *endpoint.Error
		if len(words) > 1 || len(words[0]) <= minText || !errors.As(err, &fault) || !fault.Refused() {
			return got, err
		}
		words = []string{shorten(words[0], max(minText, len(words[0])/2))}
	}
}

// atMost remembers that batches larger than n are refused.
func (m *model) atMost(n int) {
	for now := m.batch.Load(); int64(n) < now; now = m.batch.Load() {
		if m.batch.CompareAndSwap(now, int64(n)) {
			return
		}
	}
}

// learn holds every vector to the dimension of the first.
func (m *model) learn(vector []float32) error {
	n := int64(len(vector))
	if !m.dimension.CompareAndSwap(0, n) && m.dimension.Load() != n {
		return fmt.Errorf("%w: vectors of %d and of %d dimensions under one model name; if the model was changed, name another DP_LLM_CACHE_URL", ErrAnswer, m.dimension.Load(), n)
	}
	if !slices.ContainsFunc(vector, func(x float32) bool { return x != 0 }) {
		return fmt.Errorf("%w: a vector is zero", ErrAnswer)
	}
	return nil
}

func (m *model) key(words string) string {
	return cache.Key("embedding 1", m.cfg.BaseURL, m.cfg.Model, m.cfg.ExtraBody, words)
}

// shorten cuts a text to n bytes, at a character. Endpoints refuse an empty
// one.
func shorten(text string, n int) string {
	if text == "" {
		return " "
	}
	return strings.ToValidUTF8(text[:min(n, len(text))], "")
}

func pack(vector []float32) []byte {
	packed := make([]byte, 0, 4*len(vector))
	for _, x := range vector {
		packed = binary.LittleEndian.AppendUint32(packed, math.Float32bits(x))
	}
	return packed
}

// unpack returns nil for what pack did not make.
func unpack(packed []byte) []float32 {
	if len(packed) == 0 || len(packed)%4 != 0 {
		return nil
	}
	vector := make([]float32, len(packed)/4)
	for i := range vector {
		vector[i] = math.Float32frombits(binary.LittleEndian.Uint32(packed[4*i:]))
	}
	return vector
}
