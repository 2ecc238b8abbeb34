package ask

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// together writes the questions that take two and three keys.
func (w *writer) together(t *profile.Table) {
	if t.Junction() {
		if len(occupied(t.Links)) == len(t.Links) {
			w.junction(t.Links[0], t.Links[1])
			w.junction(t.Links[1], t.Links[0])
		}
		return
	}
	links, referrers := first(occupied(t.Links), maxLinks), first(occupied(t.Referrers), maxLinks)
	for i, l := range links {
		if l.Self() {
			continue
		}
		for _, m := range links[i+1:] {
			w.pair(l, m)
			w.bridge(l, m)
		}
		for _, up := range first(occupied(l.To.Links), maxLinks) {
			w.chain(l, up)
		}
	}
	for i, l := range referrers {
		for _, m := range referrers[i+1:] {
			w.referrers(l, m)
		}
	}
}

// pair asks about rows by two parents at once.
func (w *writer) pair(l, m *profile.Link) {
	t := l.From
	if m.Self() || l.To == m.To || len(l.To.Label) == 0 || len(m.To.Label) == 0 || t.Declares(append(slices.Clip(l.Columns), m.Columns...)) || t.Bridge() {
		return
	}
	r := rels(t, l.To, m.To)
	c, a, b := r[0], r[1], r[2]
	q := query{from: c.String(), joins: []string{inner(a, c.on(l, a)), inner(b, c.on(m, b))}, where: append(append(c.live(), a.live()...), b.live()...), limit: 10}
	by := func(expr, phrase string) query {
		g := q
		g.cols = append(append(a.name(), b.beside(a.name(), m.Term.One)...), as(expr, phrase))
		g.group = append(a.identity(), b.identity()...)
		g.order = append([]string{alias(phrase) + " DESC"}, append(a.ties(), b.ties()...)...)
		return g
	}
	v := func() vars {
		return vars{}.named("C", t.Term).named("A", l.Term).named("B", m.Term).set("N", 10)
	}
	n := about(t, l.To, m.To).with(append(slices.Clip(l.Columns), m.Columns...)...).plus(min(crowded(l.To), crowded(m.To)))
	w.add("pair_count", n.plus(records(t)), v(), by("COUNT(*)", w.counted(t.Term)))
	for _, sum := range first(t.Amounts(), 1) {
		w.add("pair_sum", n.with(sum), v().set("sum", w.total(sum)), by(c.sum(sum), w.total(sum)))
	}
}

// chain asks about rows by what their parent belongs to, and one key further.
func (w *writer) chain(l, up *profile.Link) {
	t, p, g := l.From, l.To, up.To
	if up.Self() || g == t || p.Junction() {
		return
	}
	if len(g.Label) > 0 {
		w.along([]*profile.Link{l, up}, "chain_count", "chain_sum")
	}
	for _, top := range first(occupied(g.Links), maxLinks) {
		if !top.Self() && top.To != p && top.To != t && len(top.To.Label) > 0 {
			w.along([]*profile.Link{l, up, top}, "deep_count", "deep_sum")
		}
	}
}

// along follows keys from the first link's child and groups by the last one's
// parent.
func (w *writer) along(path []*profile.Link, countForm, sumForm string) {
	tables := []*profile.Table{path[0].From}
	for _, l := range path {
		tables = append(tables, l.To)
	}
	r := rels(tables...)
	c, last := r[0], r[len(r)-1]
	q := query{from: c.String(), where: c.live()}
	for i, l := range path {
		q.joins = append(q.joins, inner(r[i+1], r[i].on(l, r[i+1])))
		q.where = append(q.where, r[i+1].live()...)
	}
	letters := []string{"P", "G", "H"}
	v := func() vars {
		out := vars{}.named("C", tables[0].Term)
		for i, l := range path {
			out.named(letters[i], l.Term)
		}
		return out
	}
	n := about(tables...).plus(crowded(last.Table) + owner(last.Table))
	w.number(tables[0], countForm, n.plus(records(tables[0])), v(), q.byParent(last, "COUNT(*)", w.counted(tables[0].Term)))
	for _, m := range first(tables[0].Amounts(), maxSubjects) {
		sum := q.byParent(last, c.sum(m), w.total(m))
		sum.order[0] += " NULLS LAST"
		w.add(sumForm, n.with(m), v().set("sum", w.total(m)), sum)
	}
}

// referrers asks for parents by two kinds of children.
func (w *writer) referrers(l, m *profile.Link) {
	p := l.To
	if l.From == m.From || l.Self() || m.Self() || len(p.Key) == 0 || l.From.Junction() || m.From.Junction() || !l.Plain || !m.Plain || !l.Clear() || !m.Clear() {
		return
	}
	have := func(l *profile.Link) *query {
		_, p, q := joined(l)
		q.cols = p.identity()
		return &q
	}
	v := func() vars { return vars{}.named("P", p.Term).named("A", l.From.Term).named("B", m.From.Term) }
	n := about(p, l.From, m.From).plus(2 * owner(p))
	w.add("both_children", n, v(), both(have(l), "INTERSECT", have(m)))
	w.add("either_child", n, v(), both(have(l), "EXCEPT", have(m)))
}

// owns says that a junction is named after its first side's ownership of the
// other: a playlist has tracks by playlist_track.
func owns(l *profile.Link) bool {
	head := first(words.Stem(l.From.Name), 1)
	return slices.Equal(head, first(words.Stem(l.Columns[0].Name), 1)) || slices.Equal(head, first(words.Stem(l.To.Name), 1))
}

// junction asks across a table that ties two others together.
func (w *writer) junction(a, b *profile.Link) {
	if len(a.To.Label) == 0 || len(b.To.Label) == 0 {
		return
	}
	j := a.From
	r := rels(a.To, j, b.To)
	from, mid, to := r[0], r[1], r[2]
	v := func() vars { return vars{}.named("A", a.Term).named("B", b.Term) }
	n := about(j, a.To, b.To).with(a.Columns...)
	of := ""
	if !owns(a) {
		of = "_of"
	}
	if a.To.Lookup() && !b.To.Lookup() {
		n = n.plus(-3)
	}
	if N := topN(a.To); N > 0 {
		q := query{from: from.String(), joins: []string{inner(mid, mid.on(a, from))}, where: append(from.live(), mid.live()...)}
		w.add("many_top"+of, n, v().set("N", N), q.byParent(from, "COUNT(*)", w.counted(b.Term)).top(N))
	}
	across := query{from: from.String(), joins: []string{inner(mid, mid.on(a, from)), inner(to, mid.on(b, to))}, where: append(append(from.live(), mid.live()...), to.live()...)}
	for _, name := range first(a.Named(), 1) {
		if speakable(name) {
			q := across
			q.cols, q.where, q.order = to.shown(), append(slices.Clip(q.where), from.equals(a.To.Label[0], name)), to.ordered()
			w.add("many_value", n, v().set("val", quoted(w.language, name)), q)
		}
	}
	if names := b.Named(); len(names) >= 2 && speakable(names[0]) && speakable(names[1]) && len(a.To.Key) > 0 {
		have := func(name string) *query {
			q := across
			q.cols, q.where = from.identity(), append(slices.Clip(q.where), to.equals(b.To.Label[0], name))
			return &q
		}
		w.add("many_both"+of, n, v().set("val", quoted(w.language, names[0])).set("other", quoted(w.language, names[1])), both(have(names[0]), "INTERSECT", have(names[1])))
	}
	w.add("many_none", n, v(), query{cols: from.shown(), from: from.String(), where: append(from.live(), without(a, mid, from)), order: from.ordered()})
}
