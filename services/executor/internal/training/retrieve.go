package training

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// Retrieve returns what a question would retrieve: the nearest documents of each
// kind, and the tables that they lead to. Errors are ctx's, or *steps.Error:
// question_invalid, embedder_mismatch, embedder_unavailable, or one about the
// store.
func (d *Data) Retrieve(ctx context.Context, q events.TrainingQuery) (answer events.TrainingMatches, err error) {
	lang := q.Language
	answer = events.TrainingMatches{Embedder: d.cfg.Embedder.Name(), Matches: []events.TrainingMatch{}, Tables: []events.TrainingTable{}}
	switch {
	case strings.TrimSpace(q.Question) == "" || len(q.Question) > events.MaxQuestion || !utf8.ValidString(q.Question):
		return answer, invalid(lang, "问题不能为空，且不超过 %d 字节", "the question must not be empty, nor have more than %d bytes", events.MaxQuestion)
	case q.TopK < 0 || q.TopK > events.MaxTopK:
		return answer, invalid(lang, "top_k 必须在 1 到 %d 之间", "top_k must be from 1 to %d", events.MaxTopK)
	case len(q.Database) > maxFilter || !utf8.ValidString(q.Database) || strings.ContainsRune(q.Database, 0):
		return answer, invalid(lang, "database 不是有效文本，或超过 %d 字节", "database is no valid text, or has more than %d bytes", maxFilter)
	}
	err = d.with(ctx, lang, func(s *vector.Store) error {
		vectors, err := d.cfg.Embedder.Embed(ctx, []string{q.Question})
		if err != nil {
			return err
		}
		for _, kind := range vector.Kinds() {
			matches, err := d.nearest(ctx, s, kind, q, vectors[0])
			if err != nil {
				return err
			}
			answer.Matches = append(answer.Matches, matches...)
		}
		return nil
	})
	answer.Tables = tables(answer.Matches)
	return answer, err
}

// nearest searches one collection; there may be none yet.
func (d *Data) nearest(ctx context.Context, s *vector.Store, kind vector.Kind, q events.TrainingQuery, v []float32) ([]events.TrainingMatch, error) {
	name := d.cfg.Prefix + kind.Collection
	c, err := s.Find(ctx, name, vector.Embedder{Name: d.cfg.Embedder.Name(), Dimension: d.cfg.Embedder.Dimension()})
	if err != nil || c == nil {
		return nil, err
	}
	found, err := c.SearchIn(ctx, q.Database, v, cmp.Or(q.TopK, events.DefaultTopK))
	if err != nil {
		return nil, err
	}
	matches := make([]events.TrainingMatch, len(found))
	for i, m := range found {
		record := d.record(vector.Record{ID: m.ID, Collection: name, Text: m.Text, Metadata: m.Metadata})
		matches[i] = events.TrainingMatch{TrainingRecord: record, Rank: i + 1, Score: math.Round(m.Cosine*1e6) / 1e6}
	}
	return matches, nil
}

// tables are those that documents lead to, the best first.
func tables(matches []events.TrainingMatch) []events.TrainingTable {
	list, place := []events.TrainingTable{}, map[string]int{}
	for _, m := range matches {
		for _, name := range corpus.Leads(m.Kind, m.Tables) {
			i, ok := place[name]
			if !ok {
				i, place[name] = len(list), len(list)
				list = append(list, events.TrainingTable{Table: name, Score: m.Score})
			}
			list[i].Documents++
			list[i].Score = max(list[i].Score, m.Score)
		}
	}
	slices.SortStableFunc(list, func(a, b events.TrainingTable) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Table, b.Table))
	})
	return list
}
