package sqltext

import (
	"slices"
	"strings"
)

// clauseWords begin a line of Clauses.
var clauseWords = strings.Fields("SELECT FROM WHERE GROUP HAVING ORDER LIMIT OFFSET FETCH WINDOW UNION INTERSECT EXCEPT VALUES " +
	"LEFT RIGHT FULL INNER CROSS NATURAL JOIN AND OR")

// joinWords stand before a JOIN of the same line.
var joinWords = strings.Fields("LEFT RIGHT FULL INNER CROSS NATURAL OUTER")

// Clauses is a statement for people to compare: on one line, as OneLine leaves
// it, and broken again before each clause of it and of its subqueries. It need
// not mean the same to a server.
func Clauses(sql string) string {
	tokens, _ := Scan(OneLine(sql))
	var b strings.Builder
	query := []bool{true} // by depth of parentheses: whether a query stands in them
	last := Token{}
	for i, t := range tokens {
		top := len(query) - 1
		switch {
		case t.Is("("):
			query = append(query, beginsQuery(tokens[i+1:]))
		case t.Is(")") && top > 0:
			query = query[:top]
		case t.Kind == Space && query[top] && breaks(last, tokens[i+1:]):
			b.WriteString("\n")
			continue
		}
		if !t.Blank() {
			last = t
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

func beginsQuery(tokens []Token) bool {
	for _, t := range tokens {
		if !t.Blank() {
			return t.Is("SELECT") || t.Is("WITH") || t.Is("VALUES") || t.Is("(")
		}
	}
	return false
}

// breaks reports whether a clause begins behind last.
func breaks(last Token, rest []Token) bool {
	if len(rest) == 0 || !isOneOf(rest[0], clauseWords) {
		return false
	}
	return !(rest[0].Is("JOIN") && isOneOf(last, joinWords))
}

func isOneOf(t Token, words []string) bool {
	return t.Kind == Word && slices.Contains(words, strings.ToUpper(t.Text))
}
