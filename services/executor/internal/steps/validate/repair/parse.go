package repair

import (
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

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
