package ask

import (
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// fromParent writes the questions about what rows have belonging to them.
func (w *writer) fromParent(l *profile.Link) {
	p := l.To
	if l.Self() || uniform(l) || l.From.Junction() || len(p.Label) == 0 && len(p.Key) == 0 {
		return
	}
	w.topParents(l)
	w.lastChild(l)
	if l.Clear() {
		w.childless(l)
		w.averageChildren(l)
	}
	if len(p.Key) > 0 {
		w.valuesOfChildren(l)
	}
}

func (w *writer) parented(l *profile.Link) vars {
	return vars{}.named("P", l.Term).named("C", l.From.Term)
}

func (w *writer) topParents(l *profile.Link) {
	c, p, q := joined(l)
	total := w.counted(l.From.Term)
	n := about(l.To, l.From).with(l.Columns...).plus(owner(l.To))
	byCount := q.byParent(p, "COUNT(*)", total)
	if N := topOfLink(l); N > 0 {
		w.number(l.From, "top_parent", n, w.parented(l).set("N", N), byCount.top(N))
		for _, m := range first(l.From.Amounts(), maxSubjects) {
			sum := q.byParent(p, c.sum(m), w.total(m))
			sum.order[0] += " NULLS LAST"
			w.add("top_parent_sum", n.with(m), w.parented(l).set("N", N).set("sum", w.total(m)), sum.top(N))
		}
	}
	if len(l.Columns) != 1 {
		return
	}
	if num, ok := groupThreshold(l.Columns[0].Stats); ok {
		byCount.having = "COUNT(*) > " + number(num)
		w.number(l.From, "many_children", n, w.parented(l).set("num", number(num)), byCount)
	}
}

// topOfLink is how many parents a ranking by children shows: not more than have
// any.
func topOfLink(l *profile.Link) int {
	if s := l.Columns[0].Stats; len(l.Columns) == 1 && s != nil && s.Distinct < topN(l.To) {
		return places(s.Distinct, true)
	}
	return topN(l.To)
}

func (w *writer) lastChild(l *profile.Link) {
	for _, d := range first(times(l.From), 1) {
		if d.Audit {
			continue
		}
		c, p, q := joined(l)
		latest := w.language.Sprintf("最近%s", "latest %s", d.Term)
		q = q.byParent(p, "MAX("+c.col(d)+")", latest)
		q.order[0] += " NULLS LAST"
		w.add("last_child", about(l.To, l.From).with(d).plus(crowded(l.To)+owner(l.To)), w.parented(l).column("d", d), q)
	}
}

// childless asks for parents without children; it counts for more where the
// sample has some.
func (w *writer) childless(l *profile.Link) {
	r := rels(l.To, l.From)
	p, c := r[0], r[1]
	n := about(l.To, l.From).plus(owner(l.To))
	if s := l.Columns[0].Stats; s != nil && l.From.Complete && l.To.Complete && s.Distinct >= l.To.Sampled {
		n = n.plus(-5)
	}
	form := "childless"
	if !l.Plain {
		form = "roleless" // an employee is no support rep for having no customer
	}
	w.add(form, n, w.parented(l).named("T", l.To.Term), query{cols: p.shown(), from: p.String(), where: append(p.live(), without(l, c, p)), order: p.ordered()})
}

// averageChildren counts parents without children as having none.
func (w *writer) averageChildren(l *profile.Link) {
	if len(l.To.Key) == 0 || !l.Plain {
		return // those without children may not be such parents at all
	}
	r := rels(l.To, l.From)
	p, c := r[0], r[1]
	number := alias(w.counted(l.From.Term))
	each := query{cols: []string{as("COUNT("+c.col(l.Columns[0])+")", w.counted(l.From.Term))}, from: p.String(),
		joins: []string{left(c, c.on(l, p))}, where: p.live(), group: p.all(l.To.Key)}
	w.number(l.From, "avg_children", about(l.To, l.From).plus(owner(l.To)), w.parented(l).set("aP", article(l.Term.One)),
		query{cols: []string{as("ROUND(AVG("+number+"), 2)", w.language.Sprintf("平均%s", "average %s", w.counted(l.From.Term)))}, from: "(" + each.String() + ") counts"})
}

// valuesOfChildren asks for parents that have children with two values, or
// with one and not the other.
func (w *writer) valuesOfChildren(l *profile.Link) {
	for _, k := range first(categories(l.From), 1) {
		found := values(k)
		if len(found) < 2 || plainness(k) < 0 || l.From.Lookup() {
			continue
		}
		have := func(value string) *query {
			c, p, q := joined(l)
			q.cols, q.where = p.identity(), append(q.where, c.equals(k, value))
			return &q
		}
		v := func() vars {
			return w.parented(l).column("col", k).set("val", quoted(w.language, found[0])).set("other", quoted(w.language, found[1]))
		}
		n := about(l.To, l.From).with(k).plus(owner(l.To))
		w.add("both_values", n, v(), both(have(found[0]), "INTERSECT", have(found[1])))
		w.add("one_value", n, v(), both(have(found[0]), "EXCEPT", have(found[1])))
	}
}

// both combines two queries of the same columns, in the order of those.
func both(a *query, op string, b *query) query {
	q := *a
	q.op, q.then, q.order = op, b, nil
	for i := range q.cols {
		q.order = append(q.order, number(float64(i+1)))
	}
	return q
}
