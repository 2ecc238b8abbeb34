package repair

import (
	"slices"
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
