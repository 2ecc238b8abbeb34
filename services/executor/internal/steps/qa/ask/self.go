package ask

import "github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"

// self writes the questions about a table that links to itself.
func (w *writer) self(l *profile.Link) {
	t := l.From
	if len(t.Label) == 0 || len(t.Key) == 0 {
		return
	}
	r := rels(t, t)
	child, parent := r[0], r[1]
	n := about(t).with(l.Columns...)
	list := query{from: child.String(), joins: []string{left(parent, child.on(l, parent))}, where: child.live(), order: child.ordered()}
	list.cols = append(child.called(t.One), parent.called(l.Term.One)...)
	w.add("self_list", n, linked(l), list)
	grouped := query{from: child.String(), joins: []string{inner(parent, child.on(l, parent))}, where: append(child.live(), parent.live()...)}
	w.add("self_count", n, linked(l), grouped.byParent(parent, "COUNT(*)", w.counted(t.Term)))
	alone := alone(t)
	if l.Optional() {
		w.add("self_none", n, linked(l), query{cols: alone.shown(), from: alone.String(), where: append(alone.live(), alone.col(l.Columns[0])+" IS NULL"), order: alone.ordered()})
	}
	w.add("self_leaf", n, linked(l), query{cols: parent.shown(), from: parent.String(), where: append(parent.live(), without(l, child, parent)), order: parent.ordered()})
}
