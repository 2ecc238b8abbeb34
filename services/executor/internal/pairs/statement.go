package pairs

import (
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// reading is what the tokens of a statement say.
type reading struct {
	tokens []sqltext.Token
	levels []*level // of parentheses, the innermost last
	// names are the tables read, each in its parts.
	names  [][]string
	shapes map[string]bool
	// operands are the names next to a plus or a minus.
	operands map[string]bool
	// aliases are the tables that a name before a dot may stand for; nil for
	// what is no table.
	aliases map[string][][]string
}

// level is a pair of parentheses, or the whole statement.
type level struct {
	selects bool // SELECT was seen
	expects bool // a table comes next
	from    bool // in the FROM clause
	with    bool // in the WITH clause
	anti    bool // the body of NOT EXISTS
	left    bool // an outer join was seen
	ordered bool // ORDER BY was seen
	tables  int  // of the FROM clause
	cte     string
	ctes    map[string]bool // common table expressions seen so far
	branch  bool            // a query in parentheses that stands for the whole, or is a CTE
}

func readStatement(sql string) *reading {
	r := &reading{tokens: code(sql), shapes: map[string]bool{}, operands: map[string]bool{}, aliases: map[string][][]string{}}
	r.levels = []*level{{branch: true, ctes: map[string]bool{}}}
	for i := 0; i < len(r.tokens); i++ {
		i = r.step(i)
	}
	return r
}

func (r *reading) at(i int) sqltext.Token {
	if i < 0 || i >= len(r.tokens) {
		return sqltext.Token{Kind: sqltext.Space}
	}
	return r.tokens[i]
}

func (r *reading) top() *level { return r.levels[len(r.levels)-1] }

// step reads the token at i and returns the place of the last one it took.
func (r *reading) step(i int) int {
	t, l := r.tokens[i], r.top()
	name, named := t.Name()
	switch {
	case t.Is("("):
		r.open(i)
	case t.Is(")"):
		r.close()
	case t.Is(","):
		l.expects = l.from
	case r.at(i - 1).Is("."), r.at(i-1).Is("AS") && !l.with:
		// the rest of a name, or a name for a result
	case l.expects && named && !slices.ContainsFunc([]string{"LATERAL", "ONLY", "SELECT", "WITH", "VALUES", "TABLE"}, t.Is) && !r.beginsRows(i):
		return r.table(i)
	case l.with && named && r.beginsCTE(i):
		l.cte = name
		if r.recursive(i) {
			l.ctes[name] = true
		}
	case t.Kind == sqltext.Word:
		r.word(i, strings.ToUpper(t.Text))
	case t.Is("+"), t.Is("-"):
		r.arithmetic(i)
	}
	return i
}

// beginsRows reports whether ROWS FROM (function, …) is at i, which stands for a
// table.
func (r *reading) beginsRows(i int) bool { return r.at(i).Is("ROWS") && r.at(i+1).Is("FROM") }

func (r *reading) beginsCTE(i int) bool {
	before := r.at(i - 1)
	return !r.at(i).Is("RECURSIVE") && (before.Is("WITH") || before.Is("RECURSIVE") || before.Is(","))
}

// recursive says whether the WITH clause that the name at i stands in is.
func (r *reading) recursive(i int) bool {
	return r.at(i-1).Is("RECURSIVE") || r.at(i-1).Is(",") && r.top().ctes["\x00recursive"]
}

func (r *reading) open(i int) {
	outer := r.top()
	before := r.at(i - 1)
	inner := &level{ctes: map[string]bool{}, anti: before.Is("EXISTS") && r.at(i-2).Is("NOT")}
	inner.branch = outer.branch && !outer.selects || outer.with
	// A join in parentheses, or a query that stands for a table.
	inner.expects, inner.from = outer.expects, outer.expects
	if outer.expects {
		outer.expects = false
		outer.tables++
		r.joins(outer)
	}
	if inner.anti || before.Is("IN") && r.at(i-2).Is("NOT") && r.at(i+1).Is("SELECT") {
		r.shape(events.ShapeAntiJoin)
	}
	r.levels = append(r.levels, inner)
}

func (r *reading) close() {
	if len(r.levels) == 1 {
		return
	}
	inner := r.top()
	r.levels = r.levels[:len(r.levels)-1]
	outer := r.top()
	if !inner.selects && inner.tables > 1 { // a join in parentheses
		outer.tables += inner.tables - 1
		r.joins(outer)
	}
	if outer.with && outer.cte != "" && inner.selects {
		outer.ctes[outer.cte] = true
	}
}

// table reads the name of a table at i.
func (r *reading) table(i int) int {
	l := r.top()
	l.expects = false
	l.tables++
	r.joins(l)
	var parts []string
	for {
		name, ok := r.at(i).Name()
		if !ok {
			break
		}
		parts = append(parts, name)
		if !r.at(i + 1).Is(".") {
			break
		}
		i += 2
	}
	function := r.at(i + 1).Is("(")
	if !function && len(parts) > 0 && (len(parts) > 1 || !r.isCTE(parts[0])) {
		r.names = append(r.names, parts)
		alias := r.alias(i+1, parts[len(parts)-1])
		r.aliases[alias] = append(r.aliases[alias], parts)
	}
	return min(i, len(r.tokens)-1)
}

// isCTE reports whether a name is that of a common table expression which is
// visible here.
func (r *reading) isCTE(name string) bool {
	return slices.ContainsFunc(r.levels, func(l *level) bool { return l.ctes[name] })
}

// alias is the name that a table goes by whose own name ends before i.
func (r *reading) alias(i int, own string) string {
	if r.at(i).Is("AS") {
		i++
	}
	name, ok := r.at(i).Name()
	if !ok || r.at(i).Kind == sqltext.Word && catalog.Quote(name) != name {
		return own // a key word, such as JOIN
	}
	return name
}

func (r *reading) joins(l *level) {
	switch {
	case l.tables > 2:
		r.shape(events.ShapeDeepJoin)
		delete(r.shapes, events.ShapeJoin)
	case l.tables == 2 && !r.shapes[events.ShapeDeepJoin]:
		r.shape(events.ShapeJoin)
	}
}

// TableNames are the names of the tables that a statement reads, each in its
// parts as the server folds them, in the order of the text. It sees what
// Describe sees.
func TableNames(sql string) [][]string { return readStatement(sql).names }
