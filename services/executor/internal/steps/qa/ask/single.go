package ask

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// The numbers of columns and links of a table that questions are written
// about: enough to choose from, and a bound for tables of a thousand columns.
const maxCategories, maxMeasures, maxMoments, maxSubjects, maxLinks = 8, 6, 3, 2, 12

func first[T any](items []T, n int) []T { return items[:min(n, len(items))] }

// single writes the questions that one table answers.
func (w *writer) single(t *profile.Table) {
	w.count(t)
	if t.Junction() {
		return
	}
	measures := first(slices.Concat(t.Amounts(), t.With(profile.Level)), maxMeasures)
	for _, m := range measures {
		w.measure(t, m)
	}
	for _, c := range first(categories(t), maxCategories) {
		w.category(t, c)
		for _, m := range measures {
			w.categoryMeasure(t, c, m)
		}
	}
	for _, c := range first(t.With(profile.Flag), maxCategories) {
		w.flag(t, c)
	}
	w.moments(t)
	w.gaps(t)
	w.details(t)
}

// named starts the placeholders of a question about t.
func named(t *profile.Table) vars { return vars{}.named("T", t.Term) }

// counted is what a number of rows is called.
func (w *writer) counted(term words.Term) string {
	return w.language.Sprintf("%s数量", "%s count", term.One)
}

func (w *writer) total(c *profile.Column) string { return words.Total(c.Term, w.language) }
func (w *writer) mean(c *profile.Column) string  { return words.Average(c.Term, w.language) }

// records lessens the weight of numbers of rows where rows are but records of
// amounts, which people ask for instead.
func records(t *profile.Table) int {
	if len(t.Label) == 0 && len(t.Amounts()) > 0 {
		return -4
	}
	return 0
}

func (w *writer) count(t *profile.Table) {
	r := alone(t)
	n := about(t)
	if t.Junction() || t.View != nil && len(t.Key) == 0 {
		n = n.plus(-6) // how many lines a summary has
	}
	w.add("count", n, named(t), query{cols: []string{count(w.counted(t.Term))}, from: r.String(), where: r.live()})
}

func (w *writer) flag(t *profile.Table, c *profile.Column) {
	r := alone(t)
	v := named(t)
	v.set("flag", w.language.Sprintf("%[1]s%[2]s有多少%[3]s？", "%[4]s", marked(c.Term), t.One, t.Classifier, flagged(c.Term)))
	w.add("flag_count", about(t).with(c), v, query{cols: []string{count(w.counted(t.Term))}, from: r.String(), where: append(r.live(), r.holds(c))})
}

// gaps writes the questions about values that are absent or occur twice.
func (w *writer) gaps(t *profile.Table) {
	r := alone(t)
	for _, c := range t.With(profile.Moment, profile.Text, profile.Amount, profile.Level, profile.Category, profile.Code) {
		if c.Stats == nil || c.Stats.Nulls == 0 || c.Stats.Nulls == c.Stats.Rows {
			continue
		}
		v := func() vars { return named(t).column("col", c) }
		w.add("missing", about(t).with(c), v(), query{cols: []string{count(w.counted(t.Term))}, from: r.String(), where: append(r.live(), r.col(c)+" IS NULL")})
		rate := percent("COUNT(*) FILTER (WHERE "+r.col(c)+" IS NULL)", "COUNT(*)")
		w.add("missing_rate", about(t).with(c), v(), query{cols: []string{as(rate, w.language.Pick("占比", "percentage"))}, from: r.String(), where: r.live()})
	}
	if len(t.Label) != 1 || t.Declares(t.Label) || len(t.Key) == 0 {
		return
	}
	if c := t.Label[0]; c.Stats != nil && c.Role == profile.Text && c.Term != t.One && c.Stats.Distinct < c.Stats.Rows-c.Stats.Nulls {
		total := w.counted(t.Term)
		w.add("duplicates", about(t).with(c), named(t).column("col", c), query{cols: []string{r.col(c), count(total)}, from: r.String(), where: r.live(),
			group: []string{r.col(c)}, having: "COUNT(*) > 1", order: []string{alias(total) + " DESC", r.col(c)}})
	}
}
