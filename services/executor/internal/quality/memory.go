package quality

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// memory is a Store of the task's own documents.
type memory map[string][]entry // by kind

type entry struct {
	vector []float32
	found  Found
}

func newMemory(ctx context.Context, run *steps.Run, by embed.Embedder, good []events.Pair, file string) (memory, error) {
	docs, err := corpus.Pages(run.In, run.Language())
	if err != nil {
		return nil, err
	}
	list, err := corpus.OfPairs(good, file)
	if err != nil {
		return nil, err
	}
	docs = append(docs, list...)
	texts := make([]string, len(docs))
	for i, d := range docs {
		texts[i] = d.Subject()
	}
	vectors, err := by.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	m := memory{}
	for i, d := range docs {
		m[d.Kind] = append(m[d.Kind], entry{unit(vectors[i]), leads(d)})
	}
	return m, nil
}

// Search implements Store; all documents are the task's own. Among equally near
// ones the first documents win.
func (m memory) Search(ctx context.Context, kind string, vector []float32, k int, _ bool) ([]Found, error) {
	type scored struct {
		place  int
		cosine float32
	}
	vector = unit(vector)
	all := make([]scored, len(m[kind]))
	for i, e := range m[kind] {
		all[i] = scored{i, dot(e.vector, vector)}
	}
	slices.SortFunc(all, func(a, b scored) int { return cmp.Or(cmp.Compare(b.cosine, a.cosine), cmp.Compare(a.place, b.place)) })
	found := make([]Found, 0, k)
	for _, s := range all[:min(k, len(all))] {
		found = append(found, m[kind][s.place].found)
	}
	return found, ctx.Err()
}

// unit is a vector scaled to length 1.
func unit(vector []float32) []float32 {
	var square float64
	for _, x := range vector {
		square += float64(x) * float64(x)
	}
	out := make([]float32, len(vector))
	for i, x := range vector {
		out[i] = float32(float64(x) / math.Sqrt(square))
	}
	return out
}

// dot is the cosine of vectors of length 1.
func dot(a, b []float32) (sum float32) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}
