package catalog

import (
	"slices"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// shown are the columns that a view shows as they are, by what it calls them:
// fid for film.film_id AS fid. The query is as the server writes it, with each
// column's name behind AS where it is another one.
func shown(query string) map[string]string {
	out := map[string]string{}
	for _, item := range selected(query) {
		if len(item) > 2 && item[1].Is(".") {
			item = item[2:]
		}
		if len(item) != 3 || !item[1].Is("AS") {
			continue
		}
		column, known := item[0].Name()
		name, named := item[2].Name()
		if known && named {
			out[name] = column
		}
	}
	return out
}

// selected are the items of a query's first SELECT that is not in parentheses.
func selected(query string) [][]sqltext.Token {
	list := outer(query)
	is := func(word string) func(sqltext.Token) bool { return func(t sqltext.Token) bool { return t.Is(word) } }
	head, end := slices.IndexFunc(list, is("SELECT")), slices.IndexFunc(list, is("FROM"))
	if head < 0 || end < head {
		return nil
	}
	items := [][]sqltext.Token{nil}
	for _, t := range list[head+1 : end] {
		if last := len(items) - 1; t.Is(",") {
			items = append(items, nil)
		} else {
			items[last] = append(items[last], t)
		}
	}
	return items
}

// outer are a query's tokens without DISTINCT and what is in parentheses.
func outer(query string) []sqltext.Token {
	var out []sqltext.Token
	tokens, _ := sqltext.Scan(query)
	depth := 0
	for _, t := range tokens {
		if t.Is(")") || t.Is("]") {
			depth--
		}
		if depth == 0 && !t.Blank() && !t.Is("DISTINCT") {
			out = append(out, t)
		}
		if t.Is("(") || t.Is("[") {
			depth++
		}
	}
	return out
}
