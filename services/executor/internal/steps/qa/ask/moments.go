package ask

import (
	"fmt"
	"slices"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// grain is the length of the periods of a trend.
type grain struct{ unit, zh, zhColumn, zhBefore string }

var (
	daily   = grain{"day", "天", "日期", "前一天"}
	monthly = grain{"month", "月", "月份", "上个月"}
	yearly  = grain{"year", "年", "年份", "上一年"}
)

func (g grain) word(l events.Language) string   { return l.Pick(g.zh, g.unit) }
func (g grain) column(l events.Language) string { return l.Pick(g.zhColumn, g.unit) }

// grainOf suits the time that the values span, and how many they are.
func grainOf(c *profile.Column) grain {
	s := c.Stats
	if s == nil || s.First.IsZero() {
		return monthly
	}
	switch days := int(s.Last.Sub(s.First).Hours() / 24); {
	case days > 10*365, days > 3*365 && s.Distinct < days/30:
		return yearly
	case days < 62:
		return daily
	}
	return monthly
}

// period is the period that a time falls into.
func (r rel) period(c *profile.Column, g grain) string {
	switch {
	case g == yearly:
		return "EXTRACT(YEAR FROM " + r.col(c) + ")::int"
	case g == daily && whole(c):
		return r.col(c)
	case g == daily:
		return r.col(c) + "::date"
	}
	return fmt.Sprintf("date_trunc('%s', %s)::date", g.unit, r.col(c))
}

// whole says that a column's times are days.
func whole(c *profile.Column) bool { return c.Category == catalog.Date || c.DateForm != "" }

// dated are the conditions on rows that have a time.
func (r rel) dated(c *profile.Column) []string {
	if c.NotNull {
		return r.live()
	}
	return append(r.live(), r.col(c)+" IS NOT NULL")
}

// times are the columns worth asking about as times, at most maxMoments. Those
// of writing only serve where there are no others.
func times(t *profile.Table) []*profile.Column {
	all := slices.DeleteFunc(t.With(profile.Moment), func(c *profile.Column) bool {
		return c.Stats != nil && c.Stats.First.Equal(c.Stats.Last)
	})
	events := slices.DeleteFunc(slices.Clone(all), func(c *profile.Column) bool { return c.Audit })
	if len(events) == 0 {
		events = first(all, 1)
	}
	return first(events, maxMoments)
}

// moments writes the questions about when rows happened.
func (w *writer) moments(t *profile.Table) {
	for i, d := range times(t) {
		bonus := -2 * i
		if d.Audit || t.Complete && t.Sampled < 2*maxGroups {
			bonus -= 3
		}
		w.moment(t, d, bonus)
		for _, m := range first(t.Amounts(), maxSubjects) {
			w.trendSum(t, d, m, bonus)
		}
		for _, e := range times(t)[i+1:] {
			w.between(t, d, e, -3*i)
		}
	}
}

func (w *writer) moment(t *profile.Table, d *profile.Column, bonus int) {
	r, n, g := alone(t), about(t).with(d).plus(bonus), grainOf(d)
	total := w.counted(t.Term)
	v := func() vars { return named(t).column("d", d).set("grain", g.word(w.language)) }
	counted := []string{count(total)}
	w.add("trend_count", n.plus(records(t)), v(), query{cols: []string{as(r.period(d, g), g.column(w.language)), count(total)}, from: r.String(), where: r.dated(d), group: []string{"1"}, order: []string{"1"}})
	w.add("span", n, v(), query{from: r.String(), where: r.live(), cols: []string{
		as("MIN("+r.col(d)+")", w.language.Sprintf("最早%s", "earliest %s", d.Term)), as("MAX("+r.col(d)+")", w.language.Sprintf("最晚%s", "latest %s", d.Term))}})
	weekday := as("EXTRACT(ISODOW FROM "+r.col(d)+")::int", w.language.Pick("星期", "weekday"))
	w.add("weekday", n, v(), query{cols: []string{weekday, count(total)}, from: r.String(), where: r.dated(d), group: []string{"1"}, order: []string{"1"}})
	last := query{cols: []string{"MAX(" + r.col(d) + ")"}, from: r.String(), where: r.live()}
	w.add("recent", n, v().set("num", 30), query{cols: counted, from: r.String(), where: append(r.live(), r.col(d)+" > ("+last.String()+") - INTERVAL '30 days'")})
	w.period(t, d, n)
	w.latest(t, d, bonus)
}

// period asks about a year, or about a month where there is only one year.
func (w *writer) period(t *profile.Table, d *profile.Column, n note) {
	s := d.Stats
	if s == nil || s.Busy == 0 {
		return
	}
	from := time.Date(s.Busy, 1, 1, 0, 0, 0, 0, time.UTC)
	to, said := from.AddDate(1, 0, 0), w.language.Sprintf("%d年", "%d", s.Busy)
	if s.First.Year() == s.Last.Year() {
		from = time.Date(s.Busy, s.Last.AddDate(0, 0, -15).Month(), 1, 0, 0, 0, 0, time.UTC)
		to, said = from.AddDate(0, 1, 0), w.language.Pick(from.Format("2006年1月"), from.Format("January 2006"))
	}
	r := alone(t)
	where := append(r.live(), r.col(d)+" >= '"+from.Format(time.DateOnly)+"'", r.col(d)+" < '"+to.Format(time.DateOnly)+"'")
	v := func() vars { return named(t).column("d", d).set("period", said) }
	w.add("period_count", n, v(), query{cols: []string{count(w.counted(t.Term))}, from: r.String(), where: where})
	for _, m := range first(t.Amounts(), 1) {
		w.add("period_sum", n.with(d, m), v().set("sum", w.total(m)), query{cols: []string{as(r.sum(m), w.total(m))}, from: r.String(), where: where})
	}
}

func (w *writer) latest(t *profile.Table, d *profile.Column, bonus int) {
	N := topN(t)
	if len(t.Key) == 0 && len(t.Label) == 0 || N == 0 {
		return
	}
	r := alone(t)
	cols := append(r.shown(), r.raw(d))
	for _, m := range first(t.Amounts(), 1) {
		cols = append(cols, r.col(m))
	}
	w.add("latest", about(t).with(d).plus(bonus), named(t).column("d", d).set("N", N),
		query{cols: unique(cols), from: r.String(), where: r.live(), order: unique(append([]string{r.desc(d)}, r.ties()...)), limit: N})
}

func (w *writer) trendSum(t *profile.Table, d, m *profile.Column, bonus int) {
	r, n, g := alone(t), about(t).with(d, m).plus(bonus), grainOf(d)
	period, sum := g.column(w.language), w.total(m)
	v := func() vars {
		return named(t).column("d", d).set("grain", g.word(w.language)).set("before", g.zhBefore).set("sum", sum)
	}
	grouped := query{cols: []string{as(r.period(d, g), period), as(r.sum(m), sum)}, from: r.String(), where: r.dated(d), group: []string{"1"}, order: []string{"1"}}
	w.add("trend_sum", n, v(), grouped)

	running := grouped
	running.cols = []string{grouped.cols[0], as("SUM("+r.sum(m)+") OVER (ORDER BY "+r.period(d, g)+")", w.language.Sprintf("累计%s", "running %s", sum))}
	w.add("running", n, v(), running)

	grouped.order = nil
	p, s := alias(period), alias(sum)
	w.add("change", n, v(), query{with: "periods AS (" + grouped.String() + ")", from: "periods", order: []string{p},
		cols: []string{p, s, as(fmt.Sprintf("%s - LAG(%s) OVER (ORDER BY %s)", s, s, p), w.language.Pick("变化", "change"))}})
}

// between asks how long it takes from one time to another, where one always
// comes first.
func (w *writer) between(t *profile.Table, d, e *profile.Column, bonus int) {
	if d.Stats == nil || e.Stats == nil || d.Audit || e.Audit {
		return
	}
	if e.Stats.First.Before(d.Stats.First) {
		d, e = e, d
	}
	if d.Planned() || e.Planned() {
		bonus -= 4
	}
	r := alone(t)
	// The cast is for PostgreSQL 13, where EXTRACT is a double that ROUND to two
	// places does not take.
	days := "EXTRACT(EPOCH FROM " + r.col(e) + " - " + r.col(d) + ")::numeric / 86400"
	if whole(d) && whole(e) {
		days = r.col(e) + " - " + r.col(d)
	} else if d.BaseType != e.BaseType || whole(d) != whole(e) {
		days = r.col(e) + "::date - " + r.col(d) + "::date"
	}
	w.add("days_between", about(t).with(d, e).plus(bonus), named(t).column("d", d).column("e", e),
		query{cols: []string{as("ROUND(AVG("+days+"), 2)", w.language.Pick("平均天数", "average days"))}, from: r.String(), where: r.live()})
}
