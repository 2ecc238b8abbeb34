package quality

import (
	"context"
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/corpus"
)

// Store finds documents as Vanna does: the nearest of a kind, whichever database
// they are about.
type Store interface {
	// Search returns the documents of a kind nearest to a vector, at most k, the
	// nearest first; own asks for those of the task's database alone.
	Search(ctx context.Context, kind string, vector []float32, k int, own bool) ([]Found, error)
}

// Found is a document that a search found.
type Found struct {
	PairID string // of a pair
	// Tables are those of the task's database that it leads to.
	Tables []string
}

// attempt is a question with the ranks at which its tables are found, 0 where
// they are not.
type attempt struct {
	events.Pair
	pages, own, pairs []int
}

// attempts searches for each question.
func (m *measurement) attempts(ctx context.Context, asked []events.Pair) ([]attempt, error) {
	store := m.in.Store
	if store == nil {
		memory, err := newMemory(ctx, m.run, m.in.Embedder, m.good, m.file)
		if err != nil {
			return nil, err
		}
		store = memory
	}
	questions := make([]string, len(asked))
	for i, p := range asked {
		questions[i] = p.Question
	}
	vectors, err := m.in.Embedder.Embed(ctx, questions)
	if err != nil {
		return nil, err
	}
	attempts := make([]attempt, len(asked))
	for i, p := range asked {
		if attempts[i], err = try(ctx, store, p, vectors[i]); err != nil {
			return nil, err
		}
	}
	return attempts, nil
}

// try makes the searches of a question.
func try(ctx context.Context, store Store, p events.Pair, vector []float32) (attempt, error) {
	a := attempt{p, make([]int, len(p.Tables)), make([]int, len(p.Tables)), make([]int, len(p.Tables))}
	deepest := depths[len(depths)-1]
	for _, kind := range []string{events.TrainingDDL, events.TrainingDocumentation} {
		for own, ranks := range map[bool][]int{false: a.pages, true: a.own} {
			found, err := store.Search(ctx, kind, vector, deepest, own)
			if err != nil {
				return a, err
			}
			rank(ranks, p.Tables, found)
		}
	}
	found, err := store.Search(ctx, events.TrainingSQL, vector, deepest+1, false)
	if err != nil {
		return a, err
	}
	found = slices.DeleteFunc(found, func(f Found) bool { return f.PairID == p.ID })
	rank(a.pairs, p.Tables, found[:min(deepest, len(found))])
	return a, nil
}

// rank keeps the best place of each table.
func rank(ranks []int, tables []string, found []Found) {
	for place, f := range found {
		for _, table := range f.Tables {
			if i := slices.Index(tables, table); i >= 0 && (ranks[i] == 0 || place+1 < ranks[i]) {
				ranks[i] = place + 1
			}
		}
	}
}

// leads is what a document tells a search.
func leads(d corpus.Document) Found {
	f := Found{Tables: corpus.Leads(d.Kind, d.Tables)}
	if d.Pair != nil {
		f.PairID = d.Pair.ID
	}
	return f
}
