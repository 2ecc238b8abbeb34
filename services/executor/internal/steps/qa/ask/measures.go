package ask

import (
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// measure writes the questions about a quantity of each row.
func (w *writer) measure(t *profile.Table, m *profile.Column) {
	r := alone(t)
	v := func() vars { return named(t).measure(m, w.language) }
	n := about(t).with(m).plus(nameless(t))
	low, high := "lowest "+m.Term, "highest "+m.Term
	if much, little := words.Extremes(m.Term, w.language); w.language != events.English {
		low, high = little+m.Term, much+m.Term
	}
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
	w.add("extremes", about(t).with(m).plus(nameless(t)), named(t).measure(m, w.language), q)
}

func (w *writer) thresholds(t *profile.Table, m *profile.Column) {
	r, n := alone(t), about(t).with(m)
	counted := []string{count(w.counted(t.Term))}
	v := func() vars { return named(t).measure(m, w.language) }
	middle, ok := threshold(m, 0.5)
	if !ok {
		return
	}
	above := r.num(m) + " > " + number(middle)
	w.add("threshold", n, v().limits(m, "", w.measured(m, middle)), query{cols: counted, from: r.String(), where: append(r.live(), above)})
	if upper, ok := threshold(m, 0.75); ok && upper > middle {
		between := r.num(m) + " BETWEEN " + number(middle) + " AND " + number(upper)
		w.add("between", n, v().limits(m, number(middle), w.measured(m, upper)), query{cols: counted, from: r.String(), where: append(r.live(), between)})
	}
	for _, c := range first(categories(t), maxSubjects) {
		for _, value := range first(values(c), 1) {
			w.add("filter_two", about(t).with(c, m), v().column("col", c).set("val", quoted(w.language, value)).limits(m, "", w.measured(m, middle)),
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
