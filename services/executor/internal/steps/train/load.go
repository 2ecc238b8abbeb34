package train

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// gapError means that documents which were put could not be read back.
type gapError struct {
	collection       string
	missing, written int
}

func (e *gapError) Error() string {
	return fmt.Sprintf("collection %s lacks %d of %d documents", e.collection, e.missing, e.written)
}

// part is the items of one kind and where they go.
type part struct {
	items      []corpus.Document
	collection *vector.Collection
	count      *int // of the result
}

// load puts the items into their collections and counts what is there then.
// Nothing is put before all collections are known to take it.
func (s step) load(ctx context.Context, run *steps.Run, store *vector.Store, items []corpus.Document, result *Result) error {
	parts, err := s.parts(ctx, store, items, result)
	if err != nil {
		return err
	}
	done := 0
	tell := func(n int) {
		done += n
		run.Progress(done, len(items))
	}
	for _, p := range parts {
		if *p.count, err = s.loadPart(ctx, run, p, tell); err != nil {
			return err
		}
		result.Total += *p.count
	}
	return nil
}

func (s step) parts(ctx context.Context, store *vector.Store, items []corpus.Document, result *Result) ([]part, error) {
	by := vector.Embedder{Name: s.cfg.Embedder.Name(), Dimension: s.cfg.Embedder.Dimension()}
	counts := map[vector.Kind]*int{vector.DDL: &result.Counts.DDL, vector.Documentation: &result.Counts.Documentation, vector.SQL: &result.Counts.SQL}
	var parts []part
	for _, kind := range []vector.Kind{vector.DDL, vector.Documentation, vector.SQL} {
		own := slices.DeleteFunc(slices.Clone(items), func(it corpus.Document) bool { return it.Kind != kind.Collection })
		if len(own) == 0 {
			continue
		}
		collection, err := store.Collection(ctx, s.cfg.Prefix+kind.Collection, by)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{own, collection, counts[kind]})
	}
	return parts, nil
}

// loadPart returns the number of documents that are there.
func (s step) loadPart(ctx context.Context, run *steps.Run, p part, tell func(int)) (int, error) {
	ids := make([]string, 0, len(p.items))
	for batch := range slices.Chunk(p.items, batchSize) {
		docs, err := s.documents(ctx, run, p.collection.Name, batch)
		if err != nil {
			return 0, err
		}
		if err := p.collection.Put(ctx, docs); err != nil {
			return 0, err
		}
		for _, d := range docs {
			ids = append(ids, d.ID)
		}
		tell(len(docs))
	}
	missing, err := p.collection.Missing(ctx, ids)
	if err != nil {
		return 0, err
	}
	if len(missing) > 0 {
		return 0, &gapError{p.collection.Name, len(missing), len(ids)}
	}
	return len(ids), nil
}

func (s step) documents(ctx context.Context, run *steps.Run, collection string, items []corpus.Document) ([]vector.Document, error) {
	texts := make([]string, len(items))
	for i, it := range items {
		texts[i] = it.Subject()
	}
	vectors, err := s.cfg.Embedder.Embed(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	docs := make([]vector.Document, len(items))
	for i, it := range items {
		id := vector.KindOf(it.Kind).ID(run.Identity, collection, it.Text)
		m := vector.Metadata{ID: id, Database: run.Identity, TaskIDs: []string{run.TaskID}}
		if it.Pair != nil {
			m.CreatedAt = run.RequestedAt.Format(time.RFC3339)
		}
		docs[i] = vector.Document{ID: id, Text: it.Text, Vector: vectors[i], Metadata: m}
	}
	return docs, nil
}
