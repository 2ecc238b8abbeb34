package ask

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// choose takes want candidates, or as many as it takes to ask about every
// table of the focus that any candidate is about. Each choice is the best by
// weight, less what it repeats; so the pairs spread over kinds, forms, tables
// and columns.
func choose(all []candidate, focus []*profile.Table, want int) []pairs.Pair {
	c := chooser{kinds: map[kind]int{}, forms: map[string]int{}, mains: map[*profile.Table]int{},
		columns: map[*profile.Column]int{}, asked: map[string]bool{}, covered: map[*profile.Table]bool{}}
	for _, t := range focus {
		if i := c.best(all, func(x candidate) bool { return slices.Contains(x.tables, t) }); i >= 0 && !c.covered[t] {
			c.take(all[i])
		}
	}
	for len(c.taken) < want {
		i := c.best(all, func(candidate) bool { return true })
		if i < 0 {
			break
		}
		c.take(all[i])
	}
	slices.SortStableFunc(c.taken, func(a, b candidate) int {
		return cmp.Or(shapes[a.name].level-shapes[b.name].level, int(a.kind-b.kind))
	})
	out := make([]pairs.Pair, len(c.taken))
	for i, x := range c.taken {
		out[i] = x.Pair
	}
	return out
}

type chooser struct {
	kinds   map[kind]int
	forms   map[string]int
	mains   map[*profile.Table]int
	columns map[*profile.Column]int
	covered map[*profile.Table]bool
	asked   map[string]bool
	taken   []candidate
}

// best is the place of the candidate that adds most, or -1.
func (c *chooser) best(all []candidate, fits func(candidate) bool) int {
	best, score := -1, 0
	for i, x := range all {
		if c.asked[Normal(x.Question)] || !fits(x) {
			continue
		}
		if s := c.score(x); best < 0 || s > score {
			best, score = i, s
		}
	}
	return best
}

func (c *chooser) score(x candidate) int {
	s := 10*x.weight - 30*c.kinds[x.kind] - 80*c.forms[x.name] - 6*c.mains[x.main]
	for _, column := range x.columns {
		s -= 8 * c.columns[column]
	}
	for _, t := range x.tables {
		if !c.covered[t] {
			s += 15
		}
	}
	return s
}

func (c *chooser) take(x candidate) {
	c.taken = append(c.taken, x)
	c.asked[Normal(x.Question)] = true
	c.kinds[x.kind]++
	c.forms[x.name]++
	c.mains[x.main]++
	for _, column := range x.columns {
		c.columns[column]++
	}
	for _, t := range x.tables {
		c.covered[t] = true
	}
}

// Normal is a question in the form in which equal questions are equal: letters
// and digits alone, in lower case.
func Normal(question string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, question)
}
