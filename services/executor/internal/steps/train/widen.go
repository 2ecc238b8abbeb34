package train

import (
	"context"
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// widen sees to it that the store holds the types of a schema once. The file of
// a task on a few tables says less than that of an earlier one on more: where
// the earlier one says all that it does, that is loaded in its place, so that
// the tables of the earlier one keep their types. Where it does not, the types
// have changed since, and the earlier one is stale.
func (l *load) widen(ctx context.Context) error {
	for _, p := range l.parts {
		if p.kind != vector.DDL {
			continue
		}
		wide, err := p.collection.Wide(ctx, l.run.Identity)
		if err != nil {
			return err
		}
		loaded := map[string]bool{}
		for i, d := range p.docs {
			p.docs[i] = l.wider(d, wide)
		}
		p.docs = slices.DeleteFunc(p.docs, func(d corpus.Document) bool {
			again := loaded[d.Text]
			loaded[d.Text] = true
			return again
		})
	}
	return nil
}

// wider is the document of the same file, about more tables, that says all that
// d does, or d itself.
func (l *load) wider(d corpus.Document, wide []vector.Document) corpus.Document {
	var others []vector.Document
	for _, w := range wide {
		if w.Metadata.File != d.File || !wraps(w.Metadata.Tables, d.Tables) {
			continue
		}
		if says(w.Text, d.Text) {
			d.Text, d.Tables = w.Text, w.Metadata.Tables
			return d
		}
		others = append(others, w)
	}
	for _, w := range others {
		if !isPart(w, wide) {
			l.stale = append(l.stale, w.ID)
		}
	}
	return d
}

// isPart says that a document is one of several of a long file, of which none
// says all that the file does.
func isPart(d vector.Document, all []vector.Document) bool {
	return slices.ContainsFunc(all, func(o vector.Document) bool {
		return o.ID != d.ID && o.Metadata.File == d.Metadata.File && o.Metadata.LoadID == d.Metadata.LoadID
	})
}

// wraps says whether a list of tables holds another, and more.
func wraps(all, some []string) bool {
	return len(all) > len(some) && !slices.ContainsFunc(some, func(table string) bool { return !slices.Contains(all, table) })
}

// says reports whether every statement of a script stands in another.
func says(all, some string) bool {
	known := statements(all)
	return !slices.ContainsFunc(statements(some), func(s string) bool { return !slices.Contains(known, s) })
}

// statements are those of a script, each on one line and without what stands
// around it.
func statements(script string) (list []string) {
	tokens, _ := sqltext.Scan(script) // one that is not closed is the last
	from := 0
	for i, t := range tokens {
		if t.Is(";") || i == len(tokens)-1 {
			if s := sqltext.OneLine(sqltext.Join(tokens[from : i+1])); s != "" {
				list = append(list, s)
			}
			from = i + 1
		}
	}
	return list
}
