package pairs

import (
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// Unknown are the tables that a statement names and a schema does not have, and
// the columns that it names behind a table or its alias and that table does not
// have, sorted. It sees what Describe sees; names of columns that stand alone
// are left to the server.
func Unknown(sql string, schema *catalog.Schema) (tables, columns []string) {
	r := readStatement(sql)
	for _, name := range r.tables(schema) {
		if find(schema, name) == nil {
			tables = append(tables, name.String())
		}
	}
	for i, t := range r.tokens {
		if t.Is(".") && !r.at(i-2).Is(".") && !r.at(i+2).Is(".") && !r.at(i+2).Is("(") {
			if missing := r.missing(i, schema); missing != "" {
				columns = append(columns, missing)
			}
		}
	}
	slices.Sort(columns)
	return tables, slices.Compact(columns)
}

// systemColumns are those that every table has.
var systemColumns = strings.Fields("ctid oid tableoid xmin xmax cmin cmax")

// missing is the qualified column around the dot at i if no table that it may
// be of has it.
func (r *reading) missing(i int, schema *catalog.Schema) string {
	alias, named := r.at(i - 1).Name()
	column, ok := r.at(i + 1).Name()
	if !named || !ok || slices.Contains(systemColumns, column) {
		return ""
	}
	for _, parts := range r.aliases[alias] {
		if t := find(schema, resolve(parts, schema)); t == nil || t.Column(column) != nil {
			return ""
		}
	}
	if len(r.aliases[alias]) == 0 {
		return ""
	}
	return alias + "." + column
}

// Reads reports whether a text is one statement that reads: SELECT, WITH or
// VALUES and what belongs to it, in which no key word stands that writes or
// locks. It is a first look; the server is asked before anything is trusted.
func Reads(sql string) bool {
	list := code(sql)
	if _, closed := sqltext.Scan(sql); !closed {
		return false
	}
	first := slices.IndexFunc(list, func(t sqltext.Token) bool { return !t.Is("(") })
	if first < 0 || !slices.ContainsFunc([]string{"SELECT", "WITH", "VALUES"}, list[first].Is) {
		return false
	}
	for i, t := range list {
		writes := i > 0 && list[i-1].Is("(") && slices.ContainsFunc([]string{"INSERT", "UPDATE", "DELETE", "MERGE"}, t.Is)
		locks := i > 0 && list[i-1].Is("FOR") && slices.ContainsFunc([]string{"UPDATE", "SHARE", "NO", "KEY"}, t.Is)
		if t.Is(";") || t.Is("INTO") || writes || locks {
			return false
		}
	}
	return true
}
