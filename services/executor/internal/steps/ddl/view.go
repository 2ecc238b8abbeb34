package ddl

import (
	"fmt"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// createView makes a view with the names of its columns, whose types and
// meanings stand behind them. A view of what the files do not make becomes an
// empty one with the same columns, below its true definition.
func (b *book) createView(text *strings.Builder, t *catalog.Table) {
	query, options := t.View.Query, t.View.Options
	if absent := b.absent(t); len(absent) > 0 {
		remark := b.lang.Sprintf("以下是同样字段的空视图，因为文件中没有 %s；其定义为:", "An empty view of the same columns, since the files do not make %s. Its definition:",
			strings.Join(absent, ", "))
		for line := range strings.Lines(remark + "\n" + query) {
			fmt.Fprintf(text, "-- %s\n", oneLine(line))
		}
		query, options = emptyQuery(t), nil
	}
	fmt.Fprintf(text, "CREATE %s %s", sqlKind(t.Kind), t.FullName().SQL())
	b.viewColumns(text, t)
	if len(options) > 0 {
		fmt.Fprintf(text, " WITH (%s)", settings(options))
	}
	fmt.Fprintf(text, " AS\n%s", query)
	if t.Kind == catalog.MaterializedView { // filling it is no part of the schema
		text.WriteString("\n  WITH NO DATA")
	}
	text.WriteString(";\n")
	for _, c := range t.Columns {
		if c.Default != "" {
			fmt.Fprintf(text, "ALTER VIEW %s ALTER COLUMN %s SET DEFAULT %s;\n", t.FullName().SQL(), catalog.Quote(c.Name), c.Default)
		}
	}
}

func (b *book) viewColumns(text *strings.Builder, t *catalog.Table) {
	if len(t.Columns) == 0 {
		return
	}
	items, remarks := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i := range t.Columns {
		c := &t.Columns[i]
		items[i], remarks[i] = catalog.Quote(c.Name), displayType(c)
		if more := b.columnRemark(t, c); more != "" {
			remarks[i] += b.lang.Pick("：", ": ") + more
		}
	}
	text.WriteString(" (")
	writeItems(text, items, remarks)
	text.WriteString(")")
}

// absent names what a view needs and the files do not make.
func (b *book) absent(t *catalog.Table) []string {
	var names []string
	for _, n := range t.DependsOn {
		if !b.isThere(n) {
			names = append(names, oneLine(n.String()))
		}
	}
	for _, o := range t.Objects {
		if o.Kind == catalog.UnsupportedObject {
			names = append(names, oneLine(o.Name))
		}
	}
	return names
}

// emptyQuery has a view's columns and no sources.
func emptyQuery(t *catalog.Table) string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = "NULL::" + c.Type
		if c.Collation != "" {
			columns[i] += " COLLATE " + c.Collation
		}
		columns[i] += " AS " + catalog.Quote(c.Name)
	}
	return " SELECT " + strings.Join(columns, ",\n    ")
}

func settings(options []catalog.Option) string {
	list := make([]string, len(options))
	for i, o := range options {
		list[i] = o.Name + "=" + catalog.Literal(o.Value)
	}
	return strings.Join(list, ", ")
}

// serverOf is where the rows of a foreign table are, as SQL.
func serverOf(f *catalog.Foreign) string {
	text := " SERVER " + catalog.Quote(f.Server)
	if options := catalog.OptionsSQL(f.Options); options != "" {
		text += " " + options
	}
	return text
}

// sqlKind is what statements call a kind of relation.
func sqlKind(k catalog.Kind) string {
	if k == catalog.PartitionedTable {
		return "TABLE"
	}
	return strings.ToUpper(string(k))
}
