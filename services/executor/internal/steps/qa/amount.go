package qa

import (
	"cmp"
	"slices"

	"github.com/citu/datapipeline/events"
)

// MaxQuestions bounds the questions of a task.
const MaxQuestions = 20_000

// amount is how much is asked: about themes, perTheme questions of each on
// average. What a request says of them holds. Where it does not say how many
// themes there are, there are as many as it takes to ask about every table.
type amount struct {
	themes, perTheme       int
	themesSaid, numberSaid bool
}

// amount is what the request says, else what the step does.
func (s Step) amount(options events.Options) amount {
	return amount{
		themes:     cmp.Or(options.Themes, s.config.Themes),
		perTheme:   cmp.Or(options.QuestionsPerTheme, s.config.QuestionsPerTheme),
		themesSaid: options.Themes > 0,
		numberSaid: options.QuestionsPerTheme > 0,
	}
}

// said says that there is a number that is not to be exceeded.
func (a amount) said() bool { return a.themesSaid || a.numberSaid }

// total is how many questions are asked about so many themes and tables. Of few
// themes it is as much as of those that were asked for, so that a small database
// still gives many.
func (a amount) total(themes, tables int) int {
	n := max(a.themes, themes) * a.perTheme
	if a.said() {
		return n
	}
	return max(n, tables)
}

// mostTimes bounds the questions about a theme that gives more than its part, in
// multiples of what is asked of each.
const mostTimes = 3

// parts divide total questions among themes of so many tables: one for each
// table first, where that is possible, then so that the parts become equal.
func (a amount) parts(total int, tables []int) []int {
	parts, left := make([]int, len(tables)), total
	for i, n := range tables {
		parts[i], left = n, left-n
	}
	if left < 0 {
		clear(parts)
		left = total
	}
	for ; left > 0 && len(parts) > 0; left-- {
		least := slices.Index(parts, slices.Min(parts))
		if parts[least] >= mostTimes*a.perTheme {
			break
		}
		parts[least]++
	}
	return parts
}

// plan says how many questions are asked about each theme. Those that were taken
// over count for what is left where a number is not to be exceeded. Themes of
// which nothing can be asked then are left out.
func (w *work) plan() {
	total, tables := w.amount.total(len(w.themes), len(w.schema.Tables)), []int{}
	for i := range w.themes {
		th := &w.themes[i]
		if th.part = len(th.kept); th.part > 0 && w.amount.said() {
			total -= th.part
			continue
		}
		tables = append(tables, len(th.Focus))
	}
	parts := w.amount.parts(total, tables)
	for i := range w.themes {
		if th := &w.themes[i]; len(th.kept) == 0 || !w.amount.said() {
			th.part, parts = parts[0], parts[1:]
		}
	}
	w.themes = slices.DeleteFunc(w.themes, func(th subject) bool { return th.part == 0 })
}
