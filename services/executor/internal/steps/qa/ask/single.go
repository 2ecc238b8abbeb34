package ask

import (
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// The numbers of columns of a table that questions are written about: enough
// to choose from, and a bound for tables of a thousand columns.
const maxCategories, maxMeasures, maxMoments, maxSubjects = 8, 6, 3, 2

func first[T any](items []T, n int) []T { return items[:min(n, len(items))] }

// single writes the questions that one table answers.
func (w *writer) single(t *profile.Table) {
	w.count(t)
	if t.Junction() {
		return
	}
	measures := first(t.With(profile.Amount, profile.Level), maxMeasures)
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
}

// named starts the placeholders of a question about t.
func named(t *profile.Table) vars { return vars{}.named("T", t.Term) }

// counted is what a number of rows is called.
func (w *writer) counted(term words.Term) string {
	return w.language.Sprintf("%s数量", "%s count", term.One)
}

func (w *writer) total(c *profile.Column) string { return words.Total(c.Term, w.language) }
func (w *writer) mean(c *profile.Column) string  { return words.Average(c.Term, w.language) }

func (w *writer) count(t *profile.Table) {
	r := alone(t)
	n := about(t)
	if t.Junction() {
		n = n.plus(-6)
	}
	w.add("count", n, named(t), query{cols: []string{count(w.counted(t.Term))}, from: r.String(), where: r.live()})
}

func (w *writer) measure(t *profile.Table, m *profile.Column) {
	r := alone(t)
	v := func() vars { return named(t).column("m", m) }
	n := about(t).with(m).plus(nameless(t))
	low, high := w.language.Sprintf("最低%s", "lowest %s", m.Term), w.language.Sprintf("最高%s", "highest %s", m.Term)
	w.add("stats", about(t).with(m), v(), query{from: r.String(), where: r.live(), cols: []string{
		as(r.avg(m), w.mean(m)), as("MIN("+r.num(m)+")", low), as("MAX("+r.num(m)+")", high)}})
	w.thresholds(t, m)
	if len(t.Key) == 0 && len(t.Label) == 0 {
		return
	}
	show := append(r.shown(), r.num(m))
	if N := topN(t); N > 0 {
		w.add("top", n, v().set("N", N), query{cols: show, from: r.String(), where: r.live(), order: append([]string{r.desc(m)}, r.ties()...), limit: N})
		w.add("bottom", n, v().set("N", N), query{cols: show, from: r.String(), where: r.live(), order: append([]string{r.num(m)}, r.ties()...), limit: N})
		w.extremes(t, m)
	}
	average := query{cols: []string{"AVG(" + r.num(m) + ")"}, from: r.String(), where: r.live()}
	if len(t.Label) > 0 {
		w.add("above_average", n, v(), query{cols: show, from: r.String(), where: append(r.live(), r.num(m)+" > ("+average.String()+")"),
			order: append([]string{r.num(m) + " DESC"}, r.ties()...)})
	}
}

// extremes asks for the rows at both ends.
func (w *writer) extremes(t *profile.Table, m *profile.Column) {
	r := alone(t)
	end := func(direction string) string {
		where := r.live()
		if !m.NotNull {
			where = append(where, r.col(m)+" IS NOT NULL")
		}
		q := query{cols: append(r.shown(), r.num(m)), from: r.String(), where: where, order: append([]string{r.num(m) + direction}, r.ties()...), limit: 1}
		return "(" + q.String() + ")"
	}
	q := query{raw: end(" DESC") + " UNION ALL " + end("")}
	w.add("extremes", about(t).with(m).plus(nameless(t)), named(t).column("m", m), q)
}

func (w *writer) thresholds(t *profile.Table, m *profile.Column) {
	r, n := alone(t), about(t).with(m)
	counted := []string{count(w.counted(t.Term))}
	v := func() vars { return named(t).column("m", m) }
	middle, ok := threshold(m, 0.5)
	if !ok {
		return
	}
	above := r.num(m) + " > " + number(middle)
	w.add("threshold", n, v().set("num", w.measured(m, middle)), query{cols: counted, from: r.String(), where: append(r.live(), above)})
	if upper, ok := threshold(m, 0.75); ok && upper > middle {
		between := r.num(m) + " BETWEEN " + number(middle) + " AND " + number(upper)
		w.add("between", n, v().set("lo", number(middle)).set("hi", w.measured(m, upper)), query{cols: counted, from: r.String(), where: append(r.live(), between)})
	}
	for _, c := range first(categories(t), maxSubjects) {
		for _, value := range first(values(c), 1) {
			w.add("filter_two", about(t).with(c, m), v().column("col", c).set("val", quoted(w.language, value)).set("num", w.measured(m, middle)),
				query{cols: counted, from: r.String(), where: append(r.live(), r.equals(c, value), above)})
		}
	}
}

// measured is a number with the column's unit.
func (w *writer) measured(c *profile.Column, f float64) string {
	if c.Unit == "" {
		return number(f)
	}
	return w.language.Sprintf("%s%s", "%s %s", number(f), c.Unit)
}

// category writes the questions about the rows that share a value.
func (w *writer) category(t *profile.Table, c *profile.Column) {
	r, n := alone(t), about(t).with(c).plus(plainness(c))
	total := w.counted(t.Term)
	v := func() vars { return named(t).column("col", c) }
	for i, value := range first(values(c), maxSubjects) {
		w.add("filter_count", n.plus(-i), v().set("val", quoted(w.language, value)), query{cols: []string{count(total)}, from: r.String(), where: append(r.live(), r.equals(c, value))})
	}
	w.listed(t, c)
	w.add("distinct", n, v(), query{cols: []string{as("COUNT(DISTINCT "+r.col(c)+")", w.language.Sprintf("%s数", "%s count", c.Term))}, from: r.String(), where: r.live()})
	grouped := query{cols: []string{r.col(c), count(total)}, from: r.String(), where: r.live(), group: []string{r.col(c)}, order: []string{alias(total) + " DESC", r.col(c)}}
	if c.Stats == nil || c.Stats.Distinct <= maxGroups {
		w.add("group_count", n, v(), grouped)
		share := grouped
		share.cols = []string{r.col(c), as("ROUND(100.0 * COUNT(*) / SUM(COUNT(*)) OVER (), 2)", w.language.Pick("占比", "percentage"))}
		share.order = []string{alias(w.language.Pick("占比", "percentage")) + " DESC", r.col(c)}
		w.add("share", n, v(), share)
	}
	if N := topOf(c); N > 0 {
		grouped.limit = N
		w.add("group_top", n, v().set("N", N), grouped)
	}
	if num, ok := groupThreshold(c.Stats); ok {
		grouped.limit, grouped.having = 0, "COUNT(*) > "+number(num)
		w.add("having", n, v().set("num", number(num)), grouped)
	}
}

// maxGroups bounds the groups of a table that is shown whole.
const maxGroups = 25

// maxListed bounds the rows of a list without limit, as far as is known.
const maxListed = 40

// listed asks for the rows with a value, if they are few.
func (w *writer) listed(t *profile.Table, c *profile.Column) {
	if len(t.Label) == 0 || !t.Complete || c.Role != profile.Category || c.Stats == nil || c == t.Label[0] {
		return
	}
	r := alone(t)
	for i, value := range values(c) {
		if i < 3 && c.Stats.Top[i].Count <= maxListed {
			w.add("filter_list", about(t).with(c), named(t).column("col", c).set("val", quoted(w.language, value)),
				query{cols: r.shown(), from: r.String(), where: append(r.live(), r.equals(c, value)), order: r.ordered()})
			return
		}
	}
}

// categoryMeasure writes the questions about a number by group.
func (w *writer) categoryMeasure(t *profile.Table, c, m *profile.Column) {
	r, n := alone(t), about(t).with(c, m).plus(plainness(c))
	v := func() vars {
		return named(t).column("col", c).column("m", m).set("sum", w.total(m)).set("avg", w.mean(m))
	}
	if c.Stats == nil || c.Stats.Distinct <= 2*maxGroups {
		form, expr, phrase := "group_avg", r.avg(m), w.mean(m)
		if m.Role == profile.Amount {
			form, expr, phrase = "group_sum", r.sum(m), w.total(m)
		}
		order := []string{alias(phrase) + " DESC NULLS LAST", r.col(c)}
		w.add(form, n, v(), query{cols: []string{r.col(c), as(expr, phrase)}, from: r.String(), where: r.live(), group: []string{r.col(c)}, order: order})
		w.rankWithin(t, c, m)
	}
	for _, value := range first(values(c), 1) {
		w.add("filter_avg", n, v().set("val", quoted(w.language, value)), query{cols: []string{as(r.avg(m), w.mean(m))}, from: r.String(), where: append(r.live(), r.equals(c, value))})
	}
}

// within is how many rows of each group are asked for.
const within = 3

func (w *writer) rankWithin(t *profile.Table, c, m *profile.Column) {
	if len(t.Label) == 0 || c == t.Label[0] {
		return
	}
	r := alone(t)
	place := w.language.Pick("排名", "rank")
	window := "ROW_NUMBER() OVER (PARTITION BY " + r.col(c) + " ORDER BY " + r.desc(m) + ", " + comma(r.ties()) + ")"
	ranked := query{cols: unique(append(append([]string{r.col(c)}, r.shown()...), r.col(m))), from: r.String(), where: r.live()}
	show := append(ranked.cols[:len(ranked.cols):len(ranked.cols)], alias(place))
	ranked.cols = append(ranked.cols, as(window, place))
	outer := query{cols: show, from: "(" + ranked.String() + ") ranked",
		where: []string{alias(place) + " <= " + number(within)}, order: []string{r.col(c), alias(place)}}
	w.add("rank_within", about(t).with(c, m).plus(plainness(c)), named(t).column("col", c).column("m", m).set("N", within), outer)
}

func (w *writer) flag(t *profile.Table, c *profile.Column) {
	r := alone(t)
	v := named(t)
	v.set("flag", w.language.Sprintf("“%[1]s”为是的%[2]s有多少%[3]s？", "%[4]s", c.Term, t.One, t.Classifier, flagged(c.Term)))
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
