package ask

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// bridge writes the questions about rows of which there is one for each pair of
// rows of two other tables: a hero's value of an attribute.
func (w *writer) bridge(l, m *profile.Link) {
	t := l.From
	single := t.Bridge() || t.Declares(append(slices.Clip(l.Columns), m.Columns...))
	if !single || l.Self() || m.Self() || l.To == m.To || len(l.To.Label) == 0 || len(m.To.Label) == 0 {
		return
	}
	for _, v := range first(slices.Concat(t.With(profile.Level), t.Amounts()), maxSubjects) {
		if v.Stats != nil && v.Stats.Distinct > 2 {
			w.pairRank(l, m, v)
			w.pairRank(m, l, v)
			w.pairValue(l, m, v)
		}
	}
}

// tied are a bridge with both of its sides, as a query without columns.
func tied(l, m *profile.Link) (c, a, b rel, q query) {
	r := rels(l.From, l.To, m.To)
	c, a, b = r[0], r[1], r[2]
	return c, a, b, query{from: c.String(), joins: []string{inner(a, c.on(l, a)), inner(b, c.on(m, b))}, where: slices.Concat(c.live(), a.live(), b.live())}
}

// pairRank asks which of one side have most of a quantity, for one of the other
// side: which superheroes have the highest value of the attribute Speed.
func (w *writer) pairRank(l, m *profile.Link, v *profile.Column) {
	N := topN(l.To)
	if N == 0 {
		return
	}
	bonus := 0
	if l.To.Lookup() {
		bonus = -4
	}
	c, a, b, q := tied(l, m)
	q.cols = append(a.shown(), c.num(v))
	q.order = unique(append([]string{c.desc(v)}, append(a.ties(), c.ties()...)...))
	for i, name := range first(sayable(m), 3) {
		ranked := q
		ranked.where = append(slices.Clip(q.where), b.equals(m.To.Label[0], name))
		w.add("pair_rank", about(l.From, l.To, m.To).with(v).plus(bonus-2*i),
			vars{}.named("A", l.Term).named("B", m.Term).measure(v, w.language).set("N", N).set("val", quoted(w.language, name)), ranked.top(N))
	}
}

// pairValue asks for the quantity of one pair.
func (w *writer) pairValue(l, m *profile.Link, v *profile.Column) {
	c, a, b, q := tied(l, m)
	others := sayable(m)
	for i, name := range first(sayable(l), min(2, len(others))) {
		one := q
		one.cols = []string{c.num(v)}
		one.where = append(slices.Clip(q.where), a.equals(l.To.Label[0], name), b.equals(m.To.Label[0], others[i]))
		w.add("pair_value", about(l.From, l.To, m.To).with(v).plus(-2*i), vars{}.named("A", l.Term).named("B", m.Term).column("m", v).
			set("val", quoted(w.language, name)).set("other", quoted(w.language, others[i])), one)
	}
}

// sayable are the names of a link's rows that questions may name.
func sayable(l *profile.Link) []string {
	return slices.DeleteFunc(l.Named(), func(name string) bool { return !speakable(name) })
}

// number adds a question that counts rows of t, unless t is a bridge of values,
// of which there are as many as there are pairs.
func (w *writer) number(t *profile.Table, shape string, n note, v vars, q query) {
	if !t.Bridge() || len(t.Amounts()) > 0 {
		w.add(shape, n, v, q)
	}
}
