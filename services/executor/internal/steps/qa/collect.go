package qa

import (
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// collection gathers the pairs of a run: each question and each statement
// once, by their normal forms.
type collection struct {
	schema     *catalog.Schema
	questions  map[string]bool
	statements map[string]bool
	pairs      []events.Pair
	// duplicates counts the pairs that were left out.
	duplicates int
}

func newCollection(schema *catalog.Schema) *collection {
	return &collection{schema: schema, questions: map[string]bool{}, statements: map[string]bool{}}
}

// has says whether the question or the statement is there already.
func (c *collection) has(p pairs.Pair) bool {
	return c.questions[pairs.NormalQuestion(p.Question)] || c.statements[pairs.NormalSQL(p.SQL)]
}

// rival is has, and counts.
func (c *collection) rival(p pairs.Pair) bool {
	if c.has(p) {
		c.duplicates++
		return true
	}
	return false
}

// full says that no more may be asked.
func (c *collection) full() bool { return len(c.pairs) >= MaxQuestions }

// group puts the pairs of each theme together, in the order of the themes.
func (c *collection) group(themes []subject) {
	place := map[string]int{}
	for i, th := range themes {
		place[th.Name] = i
	}
	slices.SortStableFunc(c.pairs, func(a, b events.Pair) int { return place[a.Theme] - place[b.Theme] })
}

// add keeps a pair of a theme unless it is a rival of one that is there.
func (c *collection) add(p pairs.Pair, theme, source string) bool {
	entry := events.Pair{ID: pairs.ID(p.Question, p.SQL), Question: p.Question, SQL: sqltext.OneLine(p.SQL), Theme: theme, Source: source}
	entry.Tables, entry.Shapes, entry.Difficulty = pairs.Describe(p.SQL, c.schema)
	return c.keep(entry)
}

// keep is add for an entry that is described already.
func (c *collection) keep(entry events.Pair) bool {
	p := pairs.Pair{Question: entry.Question, SQL: entry.SQL}
	if c.full() || c.rival(p) {
		return false
	}
	c.questions[pairs.NormalQuestion(p.Question)], c.statements[pairs.NormalSQL(p.SQL)] = true, true
	c.pairs = append(c.pairs, entry)
	return true
}
