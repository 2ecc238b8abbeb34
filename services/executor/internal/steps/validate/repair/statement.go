package repair

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// statement is SQL as far as names go. Scopes of subqueries are not told apart:
// a proposal that mixes them up does not pass validation.
type statement struct {
	schema    *schema
	tokens    []sqltext.Token
	code      []int // the tokens that are neither space nor comment
	names     []name
	relations []relation
}

// name is a chain of identifiers: a table, or a column behind what qualifies it.
type name struct {
	parts   []string // as the server folds them
	first   int      // of tokens
	last    int
	inFrom  bool // where FROM or JOIN names a table
	defined bool // behind AS, or before the parenthesis of a function
}

func (n name) own() string { return n.parts[len(n.parts)-1] }

// qualifier is the part before the last, or "".
func (n name) qualifier() string {
	if len(n.parts) < 2 {
		return ""
	}
	return n.parts[len(n.parts)-2]
}

// relation is a table that FROM or JOIN names; table is nil for one that the
// schema does not know.
type relation struct {
	name  name
	alias string // what qualifies its columns
	table *table
}

// clauses tell by the word before them whether names are tables.
var clauses = map[string]bool{
	"FROM": true, "JOIN": true,
	"SELECT": false, "ON": false, "USING": false, "WHERE": false, "GROUP": false, "ORDER": false,
	"HAVING": false, "LIMIT": false, "OFFSET": false, "FETCH": false, "UNION": false,
	"INTERSECT": false, "EXCEPT": false, "WINDOW": false, "TABLESAMPLE": false,
}

// noAlias are the words that may follow a table and are not its alias.
var noAlias = strings.Fields("ON USING WHERE GROUP ORDER HAVING LIMIT OFFSET FETCH UNION INTERSECT EXCEPT WINDOW JOIN INNER LEFT RIGHT FULL CROSS NATURAL TABLESAMPLE FOR")

func parse(s *schema, tokens []sqltext.Token) *statement {
	st := &statement{schema: s, tokens: tokens}
	for i, t := range tokens {
		if !t.Blank() {
			st.code = append(st.code, i)
		}
	}
	inFrom := []bool{false} // by depth of parentheses
	for c := 0; c < len(st.code); c++ {
		top := len(inFrom) - 1
		t := st.at(c)
		tables, isClause := clauses[strings.ToUpper(t.Text)]
		switch {
		case t.Is("("):
			inFrom = append(inFrom, false)
		case t.Is(")") && top > 0:
			inFrom = inFrom[:top]
		case isClause && t.Kind == sqltext.Word:
			inFrom[top] = tables
		case t.Is("LATERAL"), t.Is("ONLY"), t.Is("AS"):
		default:
			c = st.take(c, inFrom[top])
		}
	}
	return st
}

// at is the c-th token that counts; behind the end it is the zero Token.
func (st *statement) at(c int) sqltext.Token {
	if c < 0 || c >= len(st.code) {
		return sqltext.Token{}
	}
	return st.tokens[st.code[c]]
}

// take reads the name that begins at c, if one does, and in a FROM the alias
// behind it. It returns the last token it read.
func (st *statement) take(c int, inFrom bool) int {
	first, ok := st.at(c).Name()
	if !ok {
		return c
	}
	n := name{parts: []string{first}, first: st.code[c], inFrom: inFrom, defined: st.at(c - 1).Is("AS")}
	for st.at(c + 1).Is(".") {
		part, ok := st.at(c + 2).Name()
		if !ok {
			break
		}
		n.parts = append(n.parts, part)
		c += 2
	}
	n.last = st.code[c]
	n.defined = n.defined || st.at(c+1).Is("(")
	if n.inFrom = inFrom && !n.defined; n.inFrom {
		alias, end := st.alias(c + 1)
		st.names = append(st.names, n)
		st.relations = append(st.relations, st.relation(n, alias))
		return end
	}
	st.names = append(st.names, n)
	return c
}

// alias reads an alias at c; without one it is "" and the end lies before c.
func (st *statement) alias(c int) (alias string, end int) {
	at := c
	if st.at(at).Is("AS") {
		at++
	}
	word := st.at(at)
	alias, ok := word.Name()
	if !ok || word.Kind == sqltext.Word && slices.Contains(noAlias, strings.ToUpper(word.Text)) {
		return "", c - 1
	}
	return alias, at
}

func (st *statement) relation(n name, alias string) relation {
	if alias == "" {
		alias = n.own()
	}
	return relation{n, alias, st.schema.find(n.qualifier(), n.own())}
}

// nameAt is the name at a position in characters from 1.
func (st *statement) nameAt(position int) (name, bool) {
	at := 1
	for i, t := range st.tokens {
		if at == position {
			k := slices.IndexFunc(st.names, func(n name) bool { return n.first == i })
			if k < 0 {
				return name{}, false
			}
			return st.names[k], true
		}
		at += utf8.RuneCountInString(t.Text)
	}
	return name{}, false
}

// replace puts text in the place of a name.
func (st *statement) replace(n name, text string) {
	for i := n.first; i <= n.last; i++ {
		st.tokens[i].Text = ""
	}
	st.tokens[n.first].Text = text
}

// replaceColumns puts text in the place of every use of a column's name.
func (st *statement) replaceColumns(like name, text string) string {
	for _, n := range st.names {
		if !n.inFrom && !n.defined && slices.Equal(n.parts, like.parts) {
			st.replace(n, text)
		}
	}
	return sqltext.Join(st.tokens)
}

func column(alias, name string) string {
	if alias == "" {
		return catalog.Quote(name)
	}
	return catalog.Quote(alias) + "." + catalog.Quote(name)
}
