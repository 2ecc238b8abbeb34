package ask

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

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
		w.add("group_count", n.plus(records(t)), v(), grouped)
		share := grouped
		share.cols = []string{r.col(c), as("ROUND(100.0 * COUNT(*) / SUM(COUNT(*)) OVER (), 2)", w.language.Pick("占比", "percentage"))}
		share.order = []string{alias(w.language.Pick("占比", "percentage")) + " DESC", r.col(c)}
		w.add("share", n.plus(records(t)), v(), share)
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
		return named(t).column("col", c).measure(m, w.language).set("sum", w.total(m)).set("avg", w.mean(m))
	}
	if c.Stats == nil || c.Stats.Distinct <= 2*maxGroups {
		form, expr, phrase := "group_avg", r.avg(m), w.mean(m)
		if m.Role == profile.Amount {
			form, expr, phrase = "group_sum", r.sum(m), w.total(m)
		}
		order := []string{alias(phrase) + " DESC NULLS LAST", r.col(c)}
		grouped := query{cols: []string{r.col(c), as(expr, phrase)}, from: r.String(), where: r.live(), group: []string{r.col(c)}, order: order}
		w.add(form, n, v(), grouped)
		if percentage := w.language.Pick("占比", "percentage"); m.Role == profile.Amount {
			grouped.cols[1], grouped.order = as(r.share(m), percentage), []string{alias(percentage) + " DESC NULLS LAST", r.col(c)}
			w.add("share_sum", n, v(), grouped)
		}
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
	show := append(slices.Clip(ranked.cols), alias(place))
	ranked.cols = append(ranked.cols, as(window, place))
	outer := query{cols: show, from: "(" + ranked.String() + ") ranked",
		where: []string{alias(place) + " <= " + number(within)}, order: []string{r.col(c), alias(place)}}
	w.add("rank_within", about(t).with(c, m).plus(plainness(c)), named(t).column("col", c).measure(m, w.language).set("N", within), outer)
}
