package repair

import (
	"regexp"
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// mendTable names the nearest table instead, there and where it qualifies
// columns.
func (st *statement) mendTable(wrong name) string {
	t := st.schema.nearest(wrong.qualifier(), wrong.own())
	if t == nil {
		return ""
	}
	for _, n := range st.names {
		switch {
		case n.inFrom && slices.Equal(n.parts, wrong.parts):
			st.replace(n, t.SQL())
		case !n.inFrom && n.qualifier() == wrong.own() && !st.isAlias(wrong.own()):
			st.replace(n, column(t.Name.Name, n.own()))
		}
	}
	return sqltext.Join(st.tokens)
}

// isAlias reports whether a relation is called so by an alias of its own.
func (st *statement) isAlias(word string) bool {
	return slices.ContainsFunc(st.relations, func(r relation) bool { return r.alias == word && r.name.own() != word })
}

// mendQualifier puts another relation before a column: the one whose table was
// meant though it has an alias, else the nearest that has the column.
func (st *statement) mendQualifier(wrong name) string {
	for _, r := range st.relations {
		if r.name.own() == wrong.qualifier() && r.alias != wrong.qualifier() {
			return st.requalify(wrong, r.alias)
		}
	}
	owners := st.owners(wrong.own())
	if len(owners) == 1 {
		return st.requalify(wrong, owners[0].alias)
	}
	best := search[string]{limit: tolerance(wrong.qualifier())}
	for _, r := range owners {
		best.offer(r.alias, 2*similarity(r.alias, wrong.qualifier()))
	}
	if alias := best.found(); alias != "" {
		return st.requalify(wrong, alias)
	}
	return ""
}

func (st *statement) requalify(wrong name, alias string) string {
	return st.replaceColumns(wrong, column(alias, wrong.own()))
}

// owners are the relations that have a column.
func (st *statement) owners(columnName string) (owners []relation) {
	for _, r := range st.relations {
		if r.table != nil && slices.Contains(r.table.Columns, columnName) {
			owners = append(owners, r)
		}
	}
	return owners
}

// mendColumn names another column: the same one of the only other relation that
// has it; one of the same relation that is near; what the server hints at.
func (st *statement) mendColumn(wrong name, hint string) string {
	if owners := st.owners(wrong.own()); len(owners) == 1 {
		return st.requalify(wrong, owners[0].alias)
	}
	if alias, found := st.nearColumn(wrong); found != "" {
		return st.replaceColumns(wrong, column(alias, found))
	}
	if alias, found := hinted(hint); found != "" {
		return st.replaceColumns(wrong, column(alias, found))
	}
	return ""
}

// nearColumn is the nearest column, and what qualifies it in the statement.
func (st *statement) nearColumn(wrong name) (alias, found string) {
	best := search[[2]string]{limit: tolerance(wrong.own())}
	for _, r := range st.relations {
		if r.table == nil || wrong.qualifier() != "" && r.alias != wrong.qualifier() {
			continue
		}
		for _, c := range r.table.Columns {
			best.offer([2]string{wrong.qualifier(), c}, 2*similarity(wrong.own(), c))
		}
	}
	pick := best.found()
	return pick[0], pick[1]
}

var quotedName = regexp.MustCompile(`"([^"]+)"`)

// hinted is the one column that a hint of the server's names, in any language.
func hinted(hint string) (alias, found string) {
	names := quotedName.FindAllStringSubmatch(hint, 2)
	if len(names) != 1 {
		return "", ""
	}
	if alias, found, ok := strings.Cut(names[0][1], "."); ok {
		return alias, found
	}
	return "", names[0][1]
}
