package theme

import (
	"cmp"
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/words"
)

// maxFocus bounds the tables of a theme, save that lookup and junction tables
// stay with the table they serve.
const maxFocus = 6

// group is a cluster in the making; lead is its smallest table's place.
type group struct {
	tables []*profile.Table
	degree int // ends of links
	gone   bool
}

// cluster divides tables by greedy modularity (Clauset, Newman and Moore,
// "Finding community structure in very large networks", 2004), seeded with
// lookup and junction tables joined to what they serve, and ended at want
// groups. Groups without links are joined by the first word of their tables'
// names. The largest groups come first, ties by name.
func cluster(tables []*profile.Table, want int) [][]*profile.Table {
	c := newClustering(tables, maxFocus)
	c.join(want)
	return c.result()
}

// join merges groups until there are want, as far as keys and names say which
// belong together.
func (c *clustering) join(want int) {
	c.attach()
	for c.count > want {
		a, b := c.closest()
		if a < 0 {
			break
		}
		c.merge(a, b)
	}
	if c.count > want {
		c.byName(want)
	}
}

// pack merges the two smallest groups while there are more than want; beyond the
// bound of a group only if all tables are to have a place.
func (c *clustering) pack(want int, all bool) {
	for c.count > want {
		a, b := c.smallest()
		if !all && c.size(a)+c.size(b) > c.most {
			return
		}
		c.merge(min(a, b), max(a, b))
	}
}

// smallest are the two groups of fewest tables, of which there are two at least.
func (c *clustering) smallest() (int, int) {
	var open []int
	for i, g := range c.groups {
		if !g.gone {
			open = append(open, i)
		}
	}
	slices.SortStableFunc(open, func(a, b int) int { return len(c.groups[a].tables) - len(c.groups[b].tables) })
	return open[0], open[1]
}

type clustering struct {
	groups []*group
	of     map[*profile.Table]int
	weight []map[int]int // links between groups, both ways
	links  int
	count  int
	most   int // tables of a group
}

func newClustering(tables []*profile.Table, most int) *clustering {
	c := &clustering{most: most, of: map[*profile.Table]int{}, count: len(tables)}
	for i, t := range tables {
		c.of[t] = i
		c.groups = append(c.groups, &group{tables: []*profile.Table{t}})
		c.weight = append(c.weight, map[int]int{})
	}
	for _, t := range tables {
		for _, l := range t.Links {
			if to, ok := c.of[l.To]; ok {
				c.connect(c.of[t], to)
			}
		}
	}
	return c
}

func (c *clustering) connect(a, b int) {
	if a == b {
		return
	}
	c.links++
	c.weight[a][b]++
	c.weight[b][a]++
	c.groups[a].degree++
	c.groups[b].degree++
}

// maxViews bounds the views that are joined to the table they show.
const maxViews = 6

// attach joins lookup tables to the table that refers to them most exclusively,
// junction tables to the smaller of their sides, tables of details to what they
// detail, and views to the table that they are named after.
func (c *clustering) attach() {
	for i, g := range c.groups {
		t := g.tables[0]
		var near []*profile.Table
		switch {
		case t.Junction():
			near = []*profile.Table{t.Links[0].To, t.Links[1].To}
		case t.Kind.IsView():
			if shown := c.shown(t); shown != nil && c.views(c.of[shown]) < maxViews {
				near = []*profile.Table{shown}
			}
		case c.master(t) != nil:
			near = []*profile.Table{c.master(t)}
		case t.Lookup():
			for _, l := range t.Referrers {
				near = append(near, l.From)
			}
		}
		best := -1
		for _, o := range near {
			if j, ok := c.of[o]; ok && j != i && (best < 0 || c.groups[j].degree < c.groups[best].degree) {
				best = j
			}
		}
		if best >= 0 && c.of[t] != best {
			c.merge(best, c.of[t])
		}
	}
}

// master is the table that a table of details belongs to by its key and its
// name: order for order_line. The details must be few enough to leave room.
func (c *clustering) master(t *profile.Table) *profile.Table {
	own := words.Stem(t.Name)
	for _, l := range t.Links {
		stem := words.Stem(l.To.Name)
		named := len(stem) > 0 && len(stem) < len(own) && slices.Equal(own[:len(stem)], stem)
		if _, ours := c.of[l.To]; ours && named && c.size(c.of[l.To]) < c.most {
			return l.To
		}
	}
	return nil
}

// shown is the table whose name holds most of the words of a view's, if any.
func (c *clustering) shown(view *profile.Table) *profile.Table {
	var best *profile.Table
	stem, most := words.Stem(view.Name), 0
	for _, g := range c.groups {
		for _, t := range g.tables {
			own := words.Stem(t.Name)
			within := !t.Kind.IsView() && !slices.ContainsFunc(own, func(w string) bool { return !slices.Contains(stem, w) })
			if within && (len(own) > most || len(own) == most && weight(t) > weight(best)) {
				best, most = t, len(own)
			}
		}
	}
	return best
}

// views counts those of a group.
func (c *clustering) views(i int) (n int) {
	for _, t := range c.groups[i].tables {
		if t.Kind.IsView() {
			n++
		}
	}
	return n
}

// closest finds the two linked groups whose union raises modularity most, or
// lowers it least, within the bound of a group.
func (c *clustering) closest() (int, int) {
	bestA, bestB, best := -1, -1, 0.0
	for a, near := range c.weight {
		for b, w := range near {
			if b <= a || c.size(a)+c.size(b) > c.most {
				continue
			}
			gain := float64(w)/float64(c.links) - float64(c.groups[a].degree*c.groups[b].degree)/float64(2*c.links*c.links)
			better := bestA < 0 || gain > best || gain == best && cmp.Or(cmp.Compare(a, bestA), cmp.Compare(b, bestB)) < 0
			if better {
				bestA, bestB, best = a, b, gain
			}
		}
	}
	return bestA, bestB
}

// size counts what a reader has to know: tables that only serve others do not.
func (c *clustering) size(i int) int {
	n := 0
	for _, t := range c.groups[i].tables {
		if !t.Junction() && !t.Lookup() && !t.Kind.IsView() {
			n++
		}
	}
	return max(n, 1)
}

// merge puts group b into a.
func (c *clustering) merge(a, b int) {
	for near, w := range c.weight[b] {
		delete(c.weight[near], b)
		if near != a {
			c.weight[near][a] += w
			c.weight[a][near] += w
		}
	}
	ga, gb := c.groups[a], c.groups[b]
	ga.tables, ga.degree = append(ga.tables, gb.tables...), ga.degree+gb.degree
	for _, t := range gb.tables {
		c.of[t] = a
	}
	c.weight[b], gb.tables, gb.gone = nil, nil, true
	c.count--
}

// byName joins single tables that no link joins, while there are too many
// groups: those whose names begin alike, then any.
func (c *clustering) byName(want int) {
	for _, key := range []func(*profile.Table) string{firstWord, schemaOf} {
		open := map[string]int{}
		for i, g := range c.groups {
			if c.count <= want {
				return
			}
			if g.gone || len(c.weight[i]) > 0 {
				continue
			}
			k := key(g.tables[0])
			if j, ok := open[k]; ok && c.size(j)+c.size(i) <= c.most {
				c.merge(j, i)
				continue
			}
			open[k] = i
		}
	}
}

func firstWord(t *profile.Table) string {
	return t.Schema + "." + strings.Join(words.Stem(t.Name)[:1], "")
}

func schemaOf(t *profile.Table) string { return t.Schema }

func (c *clustering) result() [][]*profile.Table {
	var out [][]*profile.Table
	for _, g := range c.groups {
		if !g.gone {
			slices.SortFunc(g.tables, byWeight)
			out = append(out, g.tables)
		}
	}
	slices.SortStableFunc(out, func(a, b []*profile.Table) int { return byWeight(a[0], b[0]) })
	return out
}

// byWeight puts tables that matter more first: those with more links and more
// to say; ties by name.
func byWeight(a, b *profile.Table) int {
	return cmp.Or(weight(b)-weight(a), a.FullName().Compare(b.FullName()))
}

func weight(t *profile.Table) int {
	w := 2*len(t.Links) + 2*len(t.Referrers) + len(t.With(profile.Amount, profile.Level, profile.Moment, profile.Category, profile.Flag))
	if t.Lookup() || t.Junction() || t.Kind.IsView() {
		return w - 100
	}
	return w
}
