package ask

import (
	"cmp"
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// Candidates are the questions that can be asked about a theme. They are not
// safe for concurrent use.
type Candidates struct {
	all   []candidate
	focus []*profile.Table

	// refused are the candidates that are not to be chosen, by their place, and
	// before those that are asked already.
	refused map[int]bool
	barren  map[string]int // those that were refused, by form
	before  []candidate
	// covered are the tables that need no question of their own any more.
	covered map[*profile.Table]bool
	// spread is what was asked about other themes.
	spread *Spread
}

func newCandidates(all []candidate, focus []*profile.Table) *Candidates {
	return &Candidates{all: all, focus: focus, refused: map[int]bool{}, barren: map[string]int{}, covered: map[*profile.Table]bool{}, spread: &Spread{}}
}

// All are the candidates, in the order in which they were written.
func (c *Candidates) All() []Question { return questions(c.all) }

func questions(list []candidate) []Question {
	out := make([]Question, len(list))
	for i, x := range list {
		out[i] = x.Question
	}
	return out
}

// Refuse takes the candidate with that statement out. Others of its form count for
// less then.
func (c *Candidates) Refuse(sql string) {
	for i, x := range c.all {
		if x.SQL == sql {
			c.refused[i] = true
			c.barren[x.form]++
		}
	}
}

// Asked says which pairs are asked already. They are not chosen again, and what
// repeats them counts for less.
func (c *Candidates) Asked(asked func(pairs.Pair) bool) {
	for i, x := range c.all {
		if !c.refused[i] && asked(x.Pair) {
			c.refused[i] = true
			c.before = append(c.before, x)
		}
	}
}

// Cover says that tables are asked about elsewhere.
func (c *Candidates) Cover(tables ...*profile.Table) {
	for _, t := range tables {
		c.covered[t] = true
	}
}

// After says what was asked about other themes: what is rare there comes first.
func (c *Candidates) After(spread *Spread) { c.spread = spread }

// Choose takes want candidates beside those that are asked already, first such as
// ask about the tables of the focus that are not covered; fewer where there are no
// more. Each choice is the best by weight, less what it repeats: so the pairs
// spread over kinds, forms, tables and columns. What taken says of a pair that would be chosen
// leaves it out for good. Simple questions come first.
func (c *Candidates) Choose(want int, taken func(pairs.Pair) bool) []Question {
	s := newChoice(c, taken)
	for _, t := range c.focus {
		if s.covered[t] || len(s.taken) >= want {
			continue
		}
		if i := s.best(func(x candidate) bool { return slices.Contains(x.tables, t) }); i >= 0 {
			s.take(i)
		}
	}
	for len(s.taken) < want {
		i := s.best(func(candidate) bool { return true })
		if i < 0 {
			break
		}
		s.take(i)
	}
	return s.questions()
}

// maxRepeats bounds the questions of a form about a table.
const maxRepeats = 3

// repeat is a form of question about a table.
type repeat struct {
	form string
	main *profile.Table
}

// choice is one choosing among candidates.
type choice struct {
	*Candidates
	rival func(pairs.Pair) bool

	kinds   map[kind]int
	forms   map[string]int
	repeats map[repeat]int
	mains   map[*profile.Table]int
	columns map[*profile.Column]int
	asked   map[string]bool
	covered map[*profile.Table]bool
	taken   []candidate
}

func newChoice(c *Candidates, rival func(pairs.Pair) bool) *choice {
	s := &choice{Candidates: c, rival: rival, kinds: map[kind]int{}, forms: map[string]int{}, repeats: map[repeat]int{}, mains: map[*profile.Table]int{},
		columns: map[*profile.Column]int{}, asked: map[string]bool{}, covered: map[*profile.Table]bool{}}
	for t := range c.covered {
		s.covered[t] = true
	}
	for _, x := range c.before {
		s.count(x)
	}
	return s
}

// best is the place of the candidate that adds most, or -1.
func (s *choice) best(fits func(candidate) bool) int {
	for {
		best, score := -1, 0
		for i, x := range s.all {
			if s.refused[i] || s.asked[x.normal] || s.repeats[repeat{x.form, x.main}] >= maxRepeats || !fits(x) {
				continue
			}
			if n := s.score(x); best < 0 || n > score {
				best, score = i, n
			}
		}
		if best < 0 || !s.rival(s.all[best].Pair) {
			return best
		}
		s.refused[best] = true
	}
}

func (s *choice) score(x candidate) int {
	n := 10*x.weight - 30*s.kinds[x.kind] - 80*s.forms[x.form] - 6*s.mains[x.main] - 40*s.barren[x.form] + s.spread.favour(x.Question, s.kinds)
	for _, column := range x.columns {
		n -= 8 * s.columns[column]
	}
	for _, t := range x.tables {
		if !s.covered[t] {
			n += 15
		}
	}
	return n
}

func (s *choice) take(i int) {
	s.taken = append(s.taken, s.all[i])
	s.count(s.all[i])
}

// count makes what repeats x count for less.
func (s *choice) count(x candidate) {
	s.asked[x.normal] = true
	s.kinds[x.kind]++
	s.forms[x.form]++
	s.repeats[repeat{x.form, x.main}]++
	s.mains[x.main]++
	for _, column := range x.columns {
		s.columns[column]++
	}
	for _, t := range x.tables {
		s.covered[t] = true
	}
}

func (s *choice) questions() []Question {
	slices.SortStableFunc(s.taken, func(a, b candidate) int {
		return cmp.Or(shapes[a.form].level-shapes[b.form].level, int(a.kind-b.kind))
	})
	return questions(s.taken)
}
