package train

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
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

// part is a collection and the task's documents of its kind.
type part struct {
	kind       vector.Kind
	docs       []corpus.Document
	ids        []string
	collection *vector.Collection
	count      *int // of the result
}

// open opens all collections: nothing is put before all are known to take it.
// All are opened, so that what a load has none of can be replaced as well.
func (l *load) open(ctx context.Context) error {
	by, err := l.embedder(ctx)
	if err != nil {
		return err
	}
	counts := map[vector.Kind]*int{vector.DDL: &l.result.Counts.DDL, vector.Documentation: &l.result.Counts.Documentation, vector.SQL: &l.result.Counts.SQL}
	for _, kind := range []vector.Kind{vector.DDL, vector.Documentation, vector.SQL} {
		collection, err := l.store.Collection(ctx, l.cfg.Prefix+kind.Collection, by)
		if err != nil {
			return err
		}
		own := slices.DeleteFunc(slices.Clone(l.docs), func(d corpus.Document) bool { return d.Kind != kind.Collection })
		l.parts = append(l.parts, &part{kind: kind, docs: own, collection: collection, count: counts[kind]})
	}
	return nil
}

// embedder is what collections record of the vectors. A model's dimension is
// known after its first answer.
func (l *load) embedder(ctx context.Context) (vector.Embedder, error) {
	e := l.cfg.Embedder
	if e.Dimension() == 0 {
		if _, err := e.Embed(ctx, []string{l.docs[0].Subject()}); err != nil {
			return vector.Embedder{}, fmt.Errorf("embed: %w", err)
		}
	}
	return vector.Embedder{Name: e.Name(), Dimension: e.Dimension()}, nil
}

// put puts the documents into their collections and counts what is there then.
func (l *load) put(ctx context.Context) error {
	metadata := l.metadata()
	done := 0
	for _, p := range l.parts {
		for batch := range slices.Chunk(p.docs, batchSize) {
			docs, err := l.documents(ctx, p, batch, metadata)
			if err != nil {
				return err
			}
			fresh, err := p.collection.Put(ctx, docs)
			if err != nil {
				return err
			}
			l.result.Inserted += fresh
			done += len(docs)
			l.run.Progress(done, len(l.docs))
		}
		if err := l.readBack(ctx, p); err != nil {
			return err
		}
	}
	l.result.Unchanged = l.result.Total - l.result.Inserted
	return nil
}

// readBack makes sure that all of a part is there.
func (l *load) readBack(ctx context.Context, p *part) error {
	missing, err := p.collection.Missing(ctx, p.ids)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return &gapError{p.collection.Name, len(missing), len(p.ids)}
	}
	*p.count = len(p.ids)
	l.result.Total += len(p.ids)
	return nil
}

// metadata is what all documents of the load have in common.
func (l *load) metadata() vector.Metadata {
	return vector.Metadata{
		Database: l.run.Identity, TaskIDs: []string{l.run.TaskID}, TaskID: l.run.TaskID, LoadID: l.result.LoadID,
		SchemaVersion: l.schemaVersion, LoadedAt: vector.Moment(l.start),
	}
}

func (l *load) documents(ctx context.Context, p *part, batch []corpus.Document, common vector.Metadata) ([]vector.Document, error) {
	texts := make([]string, len(batch))
	for i, d := range batch {
		texts[i] = d.Subject()
	}
	vectors, err := l.cfg.Embedder.Embed(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("embed: %w", err)
	}
	docs := make([]vector.Document, len(batch))
	for i, d := range batch {
		m := common
		m.ID, m.File, m.Tables = p.kind.ID(l.run.Identity, p.collection.Name, d.Text), d.File, d.Tables
		if d.Pair != nil {
			m.CreatedAt, m.PairID = l.run.RequestedAt.Format(time.RFC3339), d.Pair.ID
			if d.Pair.Check != nil {
				m.Verdict = d.Pair.Check.Verdict
			}
		}
		p.ids = append(p.ids, m.ID)
		docs[i] = vector.Document{ID: m.ID, Text: d.Text, Vector: vectors[i], Metadata: m}
	}
	return docs, nil
}

// index makes the indexes that are due, and says why one cannot be.
func (l *load) index(ctx context.Context) error {
	by, err := l.embedder(ctx)
	if err != nil {
		return err
	}
	var reason vector.Indexed
	for _, p := range l.parts {
		state, err := p.collection.Index(ctx, by, l.cfg.IndexFrom)
		if err != nil {
			return err
		}
		l.result.Index[p.kind.Collection] = state
		if state != vector.IndexReady && state != vector.IndexFew {
			reason = state
		}
	}
	if text := unindexed(reason, l.run.Language()); text != "" {
		l.run.Log.Warn(text)
	}
	return nil
}

// schemaVersion is that of the task's snapshot, or "" where it has none. Errors
// are those of snapshot.Find.
func schemaVersion(run *steps.Run) (string, error) {
	s, err := snapshot.Find(run.In, run.Language())
	if s == nil || err != nil {
		return "", err
	}
	return s.SchemaVersion, nil
}
