package train

import (
	"context"

	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/quality"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// searcher searches the store for the report: as Vanna does, or among the
// documents of the database alone.
type searcher struct{ *load }

// Search implements quality.Store.
func (s searcher) Search(ctx context.Context, kind string, v []float32, k int, own bool) ([]quality.Found, error) {
	database := ""
	if own {
		database = s.run.Identity
	}
	for _, p := range s.parts {
		if p.kind.Collection != kind {
			continue
		}
		matches, err := p.collection.SearchIn(ctx, database, v, k)
		if err != nil {
			return nil, err
		}
		found := make([]quality.Found, len(matches))
		for i, m := range matches {
			found[i] = s.found(kind, m)
		}
		return found, nil
	}
	return nil, nil
}

// found is what a document leads to: tables of another database do not count.
func (s searcher) found(kind string, m vector.Match) quality.Found {
	if m.Metadata.Database != s.run.Identity {
		return quality.Found{}
	}
	return quality.Found{PairID: m.Metadata.PairID, Tables: corpus.Leads(kind, m.Metadata.Tables)}
}
