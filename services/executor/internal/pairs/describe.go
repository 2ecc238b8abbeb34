package pairs

import (
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// Describe says which tables a statement reads, as "schema.table", what it is
// made of (the shapes of events) and how difficult it is, the lists sorted.
//
// It reads tokens, not a grammar. Names without a schema are those of public,
// or of the only other schema that has such a table; names that schema, which
// may be nil, does not know are kept as they are written. It sees no table
// behind a view or a function, takes a common table expression for visible
// from its end to that of the query it belongs to, and knows arithmetic on dates
// without a function or an interval only where a column's type shows it.
// Anything may be given, even what is no SQL.
func Describe(sql string, schema *catalog.Schema) (tables, shapes []string, difficulty string) {
	r := readStatement(sql)
	names := r.tables(schema)
	if r.hasDate(names, schema) {
		r.shape(events.ShapeDateArithmetic)
	}
	tables = make([]string, len(names))
	for i, name := range names {
		tables[i] = name.String()
	}
	return tables, r.sortedShapes(), r.difficulty()
}

// tables are the names that the statement reads, resolved and sorted.
func (r *reading) tables(schema *catalog.Schema) []catalog.Name {
	var out []catalog.Name
	for _, parts := range r.names {
		out = append(out, resolve(parts, schema))
	}
	slices.SortFunc(out, catalog.Name.Compare)
	return slices.Compact(out)
}

func resolve(parts []string, schema *catalog.Schema) catalog.Name {
	if n := len(parts); n > 1 {
		return catalog.Name{Schema: parts[n-2], Name: parts[n-1]}
	}
	name := catalog.Name{Schema: "public", Name: parts[0]}
	if schema == nil || find(schema, name) != nil {
		return name
	}
	var found []catalog.Name
	for _, t := range schema.Tables {
		if t.Name == name.Name {
			found = append(found, t.FullName())
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return name
}

func find(schema *catalog.Schema, name catalog.Name) *catalog.Table {
	i := slices.IndexFunc(schema.Tables, func(t *catalog.Table) bool { return t.Name == name.Name && t.Schema == name.Schema })
	if i < 0 {
		return nil
	}
	return schema.Tables[i]
}

// hasDate says that a name next to a plus or a minus is that of a date or a
// timestamp in one of the tables.
func (r *reading) hasDate(tables []catalog.Name, schema *catalog.Schema) bool {
	if schema == nil || len(r.operands) == 0 {
		return false
	}
	for _, name := range tables {
		t := find(schema, name)
		if t != nil && slices.ContainsFunc(t.Columns, func(c catalog.Column) bool {
			return (c.Category == catalog.Date || c.Category == catalog.Timestamp) && r.operands[c.Name]
		}) {
			return true
		}
	}
	return false
}

func (r *reading) shape(name string) { r.shapes[name] = true }

func (r *reading) sortedShapes() []string {
	out := []string{}
	for name := range r.shapes {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// efforts are what each shape adds to the difficulty of a statement.
var efforts = map[string]int{
	events.ShapeGroup: 1, events.ShapeJoin: 1, events.ShapeDeepJoin: 2, events.ShapeDateArithmetic: 1,
	events.ShapeWindow: 2, events.ShapeSetOperation: 2, events.ShapeAntiJoin: 2, events.ShapeSubquery: 1,
}

// difficulty adds up: up to 1 is easy, up to 3 medium.
func (r *reading) difficulty() string {
	effort := 0
	for shape := range r.shapes {
		effort += efforts[shape]
	}
	switch {
	case effort <= 1:
		return events.DifficultyEasy
	case effort <= 3:
		return events.DifficultyMedium
	}
	return events.DifficultyHard
}

// code are the tokens of a statement that are neither blank nor at its end.
func code(sql string) []sqltext.Token {
	tokens, _ := sqltext.Scan(sql)
	return slices.DeleteFunc(withoutEnd(tokens), func(t sqltext.Token) bool { return t.Blank() || t.Kind == sqltext.Open })
}
