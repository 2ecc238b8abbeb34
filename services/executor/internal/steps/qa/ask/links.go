package ask

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// fromChild writes the questions about rows by what they belong to.
func (w *writer) fromChild(l *profile.Link) {
	if l.From.Junction() {
		return
	}
	if l.Self() {
		w.self(l)
		return
	}
	w.missingLink(l)
	if len(l.To.Label) == 0 || uniform(l) {
		return
	}
	w.perLink(l)
	w.linkValue(l)
	w.linkColumns(l)
	w.latestLinked(l)
	for _, m := range first(slices.Concat(l.From.Amounts(), l.From.With(profile.Level)), maxSubjects) {
		w.rankLinked(l, m)
	}
}

// uniform says that all rows that are known have the same parent.
func uniform(l *profile.Link) bool {
	s := l.Columns[0].Stats
	return len(l.Columns) == 1 && s != nil && s.Distinct == 1
}

// linked starts the placeholders of a question about a link's child.
func linked(l *profile.Link) vars { return named(l.From).named("L", l.Term) }

// joined is the child with its parent, as a query without columns.
func joined(l *profile.Link) (c, p rel, q query) {
	r := rels(l.From, l.To)
	c, p = r[0], r[1]
	return c, p, query{from: c.String(), joins: []string{inner(p, c.on(l, p))}, where: append(c.live(), p.live()...)}
}

// byParent groups a query by its parent, with a result by which it is ordered.
func (q query) byParent(p rel, expr, phrase string) query {
	q.cols = append(p.shown(), as(expr, phrase))
	q.group = p.identity()
	q.order = append([]string{alias(phrase) + " DESC"}, p.ties()...)
	return q
}

func (q query) top(n int) query {
	q.limit = n
	return q
}

// crowded lessens the weight where that a table's rows are too many to show one by one.
func crowded(t *profile.Table) int {
	if !t.Complete || t.Sampled > maxGroups {
		return -6
	}
	return 0
}

// nameless lessens the weight where a table's rows have no name to show.
func nameless(t *profile.Table) int {
	if len(t.Label) == 0 {
		return -5
	}
	return 0
}

// owner lessens the weight of questions about what rows have that people do
// not know by a name, such as addresses.
func owner(t *profile.Table) int {
	if len(t.Label) > 0 && t.Label[0].Role == profile.Personal && !t.People() {
		return -6
	}
	return nameless(t)
}

func (w *writer) perLink(l *profile.Link) {
	c, p, q := joined(l)
	n := about(l.From, l.To).with(l.Columns...).plus(crowded(l.To) + owner(l.To))
	w.number(l.From, "per_link", n.plus(records(l.From)), linked(l), q.byParent(p, "COUNT(*)", w.counted(l.From.Term)))
	for _, m := range first(l.From.Amounts(), maxSubjects) {
		v := func() vars { return linked(l).named("C", l.From.Term).named("P", l.Term).set("sum", w.total(m)) }
		w.add("sum_per_link", n.with(m), v(), q.byParent(p, c.sum(m), w.total(m)))
		share := w.language.Pick("占比", "percentage")
		w.add("share_linked", n.with(m), v(), q.byParent(p, c.share(m), share))
	}
	for _, m := range first(l.From.With(profile.Level), maxSubjects) {
		w.add("avg_per_link", n.with(m), linked(l).set("avg", w.mean(m)), q.byParent(p, c.avg(m), w.mean(m)))
	}
}

// linkValue asks about the rows of one parent, by a name that occurs often.
func (w *writer) linkValue(l *profile.Link) {
	for _, name := range first(l.Named(), 1) {
		if !speakable(name) {
			continue
		}
		c, p, q := joined(l)
		q.cols = []string{count(w.counted(l.From.Term))}
		q.where = append(q.where, p.equals(l.To.Label[0], name))
		n := about(l.From, l.To).with(l.Columns...)
		w.number(l.From, "link_value", n.plus(records(l.From)), linked(l).set("val", quoted(w.language, name)), q)
		for _, m := range first(l.From.Amounts(), 1) {
			q.cols = []string{as(c.sum(m), w.total(m))}
			w.add("link_value_sum", n.with(m), linked(l).set("val", quoted(w.language, name)).set("sum", w.total(m)), q)
		}
	}
}

// linkColumns asks by what is known of the parent.
func (w *writer) linkColumns(l *profile.Link) {
	for _, k := range first(categories(l.To), maxSubjects) {
		if k == l.To.Label[0] {
			continue
		}
		_, p, q := joined(l)
		n := about(l.From, l.To).with(k).plus(plainness(k))
		total := w.counted(l.From.Term)
		for _, value := range first(values(k), 1) {
			f := q
			f.cols, f.where = []string{count(total)}, append(slices.Clip(f.where), p.equals(k, value))
			w.number(l.From, "link_filter", n, linked(l).named("L", l.Term).column("col", k).set("aL", article(l.Term.One)).set("val", quoted(w.language, value)), f)
		}
		q.cols, q.group, q.order = []string{p.col(k), count(total)}, []string{p.col(k)}, []string{alias(total) + " DESC", p.col(k)}
		w.number(l.From, "link_group", n, linked(l).column("col", k), q)
	}
}

func (w *writer) latestLinked(l *profile.Link) {
	N := topN(l.From)
	if len(l.From.Key) == 0 || N == 0 {
		return
	}
	for _, d := range first(times(l.From), 1) {
		c, p, q := joined(l)
		show := unique(append(c.shown(), c.raw(d)))
		q.cols = append(show, p.beside(show, l.Term.One)...)
		q.order = unique(append([]string{c.desc(d)}, c.ties()...))
		w.add("latest_linked", about(l.From, l.To).with(d), linked(l).column("d", d).set("N", N), q.top(N))
	}
}

// missingLink asks for rows without the link, where there are some.
func (w *writer) missingLink(l *profile.Link) {
	if len(l.Columns) != 1 || l.Columns[0].Stats == nil || l.Columns[0].Stats.Nulls == 0 || l.Plain && !l.Clear() {
		return
	}
	r := alone(l.From)
	w.add("no_link", about(l.From).with(l.Columns...), linked(l),
		query{cols: []string{count(w.counted(l.From.Term))}, from: r.String(), where: append(r.live(), r.col(l.Columns[0])+" IS NULL")})
}

// rankLinked asks for the largest rows of each parent.
func (w *writer) rankLinked(l *profile.Link, m *profile.Column) {
	if len(l.From.Key) == 0 && len(l.From.Label) == 0 || len(l.To.Label) != 1 || len(l.To.Key) == 0 {
		return
	}
	c, p, q := joined(l)
	place := w.language.Pick("排名", "rank")
	window := "ROW_NUMBER() OVER (PARTITION BY " + comma(p.all(l.To.Key)) + " ORDER BY " + c.desc(m) + ", " + comma(c.ties()) + ")"
	q.cols = append(p.called(l.Term.One), c.called(l.From.One)...)
	q.cols = append(q.cols, as(c.num(m), m.Term), as(window, place))
	show := outputs(q.cols)
	if len(unique(show)) < len(show) {
		return
	}
	outer := query{cols: show, from: "(" + q.String() + ") ranked", where: []string{alias(place) + " <= " + number(within)}, order: []string{show[0], alias(place)}}
	v := linked(l).named("P", l.Term).named("C", l.From.Term).measure(m, w.language).set("N", within)
	w.add("rank_linked", about(l.From, l.To).with(m).plus(nameless(l.From)+crowded(l.To)), v, outer)
}

// without is the condition that a parent has no child.
func without(l *profile.Link, c, p rel, more ...string) string {
	where := append(append([]string{c.on(l, p)}, c.live()...), more...)
	return "NOT EXISTS (" + query{cols: []string{"1"}, from: c.String(), where: where}.String() + ")"
}
