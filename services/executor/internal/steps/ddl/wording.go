package ddl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// maxListed is how many columns stand for a table that has no comment.
const maxListed = 6

// title is the table's name in words: its comment up to the first punctuation,
// or else what its name says.
func (b *book) title(t *catalog.Table) string {
	comment := oneLine(t.Comment)
	if end := strings.IndexAny(comment, "，。；：、（,.;:("); end > 0 {
		comment = strings.TrimSpace(comment[:end])
	}
	return cmp.Or(b.tableTerm(t), comment, display(t.FullName()))
}

// description is the table's comment, or else names some columns.
func (b *book) description(t *catalog.Table) string {
	if comment := remark(t.Comment); comment != "" {
		return comment
	}
	var names []string
	for _, c := range t.Columns[:min(len(t.Columns), maxListed)] {
		names = append(names, oneLine(c.Name))
	}
	if len(t.Columns) > maxListed {
		names = append(names, "…")
	}
	if b.lang == events.English {
		return fmt.Sprintf("%s (%s)", events.Count(len(t.Columns), "column"), strings.Join(names, ", "))
	}
	listed := fmt.Sprintf("共 %d 个字段：%s", len(t.Columns), strings.Join(names, "、"))
	if term := b.tableTerm(t); term != "" {
		return holds(t.Kind) + term + "，" + listed // orders 表存放订单，共 14 个字段
	}
	return listed
}

// holds is what Chinese says a relation does with its rows.
func holds(k catalog.Kind) string {
	if k.IsView() {
		return "展示"
	}
	return "存放"
}

// remark is a comment as documents show it: in one line, with one full stop.
func remark(comment string) string {
	text := oneLine(comment)
	if strings.HasSuffix(text, "..") && !strings.HasSuffix(text, "...") {
		return strings.TrimSuffix(text, ".")
	}
	return text
}

// columnRemark is a column's comment and what it is for.
func (b *book) columnRemark(t *catalog.Table, c *catalog.Column) string {
	var parts []string
	if comment := remark(c.Comment); comment != "" {
		parts = append(parts, comment)
	}
	if key := b.lang.Pick("主键", "primary key"); inPrimaryKey(t, c) && !strings.Contains(strings.ToLower(c.Comment), key) {
		parts = append(parts, key)
	}
	for _, k := range keysOf(t, c) {
		parts = append(parts, oneLine(b.lang.Sprintf("外键 → %s(%s)", "foreign key → %s(%s)",
			k.References().SQL(), catalog.QuoteAll(k.RefColumns))))
	}
	remark := strings.Join(parts, b.lang.Pick("，", ", "))
	if c.Category == catalog.Enum && len(c.Enum) > 0 {
		labels := oneLine(strings.Join(c.Enum[:min(len(c.Enum), catalog.MaxValues)], ", "))
		remark = strings.TrimPrefix(remark+": "+labels, ": ")
	}
	return remark
}

func inPrimaryKey(t *catalog.Table, c *catalog.Column) bool {
	return t.PrimaryKey != nil && slices.Contains(t.PrimaryKey.Columns, c.Name)
}

// keysOf are the foreign keys that a column takes part in.
func keysOf(t *catalog.Table, c *catalog.Column) []catalog.ForeignKey {
	var keys []catalog.ForeignKey
	for _, k := range t.ForeignKeys {
		if slices.Contains(k.Columns, c.Name) {
			keys = append(keys, k)
		}
	}
	return keys
}

// noun is what people call a kind of relation.
func noun(lang events.Language, k catalog.Kind) string {
	switch k {
	case catalog.View:
		return lang.Pick("视图", "View")
	case catalog.MaterializedView:
		return lang.Pick("物化视图", "Materialized view")
	case catalog.ForeignTable:
		return lang.Pick("外部表", "Foreign table")
	}
	return lang.Pick("表", "Table")
}

// display is a name as documents show it: without the schema if it is public.
func display(n catalog.Name) string {
	return strings.TrimPrefix(oneLine(n.String()), "public.")
}

// displayType is a type as documents show it.
func displayType(c *catalog.Column) string {
	return oneLine(strings.TrimPrefix(c.Type, "public."))
}

// columnList is a column, or several in parentheses.
func columnList(names []string) string {
	if len(names) == 1 {
		return oneLine(names[0])
	}
	return fmt.Sprintf("(%s)", oneLine(strings.Join(names, ", ")))
}
