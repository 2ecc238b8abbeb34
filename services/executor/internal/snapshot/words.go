package snapshot

import (
	"cmp"
	"strings"
	"unicode"
)

// maxWords is how many characters of a definition stand in a sentence.
const maxWords = 120

// change puts a change into words and bounds what it holds.
func (d differ) change(c Change) Change {
	c.Text = d.text(c)
	c.Before, c.After = cut(c.Before, MaxValue), cut(c.After, MaxValue)
	return c
}

func (d differ) text(c Change) string {
	before, after := d.value(c.Before), d.value(c.After)
	say := d.lang.Sprintf
	switch c.Kind {
	case ColumnAdded:
		return say("新增字段 %[1]s（%[2]s）", "column %[1]s added (%[2]s)", flat(c.Column), after)
	case ColumnRemoved:
		return say("删除字段 %[1]s（%[2]s）", "column %[1]s removed (%[2]s)", flat(c.Column), before)
	case ConstraintAdded, IndexAdded, ObjectAdded:
		return say("新增%[1]s %[2]s", "%[1]s %[2]s added", d.thing(c), d.name(c))
	case ConstraintRemoved, IndexRemoved, ObjectRemoved:
		return say("删除%[1]s %[2]s", "%[1]s %[2]s removed", d.thing(c), d.name(c))
	case ObjectChanged:
		return say("%[1]s %[2]s 的定义有变化", "definition of %[1]s %[2]s changed", d.thing(c), d.name(c))
	case ConstraintChanged, IndexChanged:
		return say("%[1]s %[2]s 由 %[3]s 改为 %[4]s", "%[1]s %[2]s changed from %[3]s to %[4]s", d.thing(c), d.name(c), before, after)
	}
	what := d.thing(c)
	if c.Column != "" {
		return say("字段 %[2]s 的%[1]s由 %[3]s 改为 %[4]s", "%[1]s of column %[2]s changed from %[3]s to %[4]s", what, flat(c.Column), before, after)
	}
	return say("表的%[1]s由 %[2]s 改为 %[3]s", "%[1]s of the table changed from %[2]s to %[3]s", what, before, after)
}

// things are what changes are about, in Chinese and English.
var things = map[string][2]string{
	ColumnsReordered:    {"字段顺序", "order of the columns"},
	TypeChanged:         {"类型", "type"},
	NullabilityChanged:  {"非空约束", "nullability"},
	DefaultChanged:      {"默认值", "default"},
	GenerationChanged:   {"生成方式", "generation"},
	IdentityChanged:     {"自增标识", "identity"},
	CollationChanged:    {"排序规则", "collation"},
	CommentChanged:      {"注释", "comment"},
	LabelsChanged:       {"枚举取值", "enum labels"},
	KindChanged:         {"种类", "kind"},
	PersistenceChanged:  {"日志方式", "persistence"},
	PartitioningChanged: {"分区方式", "partitioning"},
	InheritanceChanged:  {"继承关系", "inheritance"},
	QueryChanged:        {"查询", "query"},
	ServerChanged:       {"外部服务器", "server"},
	OptionsChanged:      {"选项", "options"},
	ConstraintAdded:     {"约束", "constraint"},
	ConstraintRemoved:   {"约束", "constraint"},
	ConstraintChanged:   {"约束", "constraint"},
	IndexAdded:          {"索引", "index"},
	IndexRemoved:        {"索引", "index"},
	IndexChanged:        {"索引", "index"},
	ObjectAdded:         {"对象", "object"},
	ObjectRemoved:       {"对象", "object"},
	ObjectChanged:       {"对象", "object"},
}

func (d differ) thing(c Change) string { return d.lang.Pick(things[c.Kind][0], things[c.Kind][1]) }

// name is that of a constraint, an index or an object.
func (d differ) name(c Change) string {
	return cut(flat(cmp.Or(c.Constraint, c.Index, c.Object, c.After, c.Before)), maxWords)
}

// value is a definition within a sentence.
func (d differ) value(definition string) string {
	if definition == "" {
		return d.lang.Pick("（无）", "none")
	}
	return cut(flat(definition), maxWords)
}

// flat keeps a text from the database on one line.
func flat(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

func (d differ) summary(c *Changes) string {
	t := c.Tables
	total := len(t.Added) + len(t.Changed) + t.Unchanged
	say := d.lang.Sprintf
	switch {
	case c.BaseTaskID == nil:
		return say("没有可比较的早先任务：全部 %[1]d 张表均为首次处理。",
			"There is no earlier task to compare with: all tables (%[1]d) are described for the first time.", total)
	case c.None():
		return say("与任务 %[1]s 相比，表结构没有变化（共 %[2]d 张表）。",
			"Nothing changed since task %[1]s (tables: %[2]d).", *c.BaseTaskID, total)
	}
	return say("与任务 %[1]s 相比：新增 %[2]d 张表，减少 %[3]d 张，修改 %[4]d 张，未变 %[5]d 张；类型等其他对象有 %[6]d 处变化。",
		"Since task %[1]s: tables added: %[2]d, gone: %[3]d, changed: %[4]d, unchanged: %[5]d; changes of types and other objects: %[6]d.",
		*c.BaseTaskID, len(t.Added), len(t.Removed), len(t.Changed), t.Unchanged, len(c.Objects))
}

// maxLines bounds Lines.
const maxLines = 200

// Lines says the changes in words: the summary, then a line for each table and
// object that changed, at most maxLines of them.
func (c *Changes) Lines(say func(zh, en string, args ...any) string) []string {
	if c.BaseTaskID == nil {
		return []string{c.Summary}
	}
	var lines []string
	for _, name := range c.Tables.Added {
		lines = append(lines, say("新增表 %s", "Table %s is new here", name))
	}
	for _, name := range c.Tables.Removed {
		lines = append(lines, say("不再包含表 %s（已删除、不在清单中或无法读取）", "Table %s is no longer here (dropped, off the list, or not readable)", name))
	}
	for _, t := range c.Tables.Changed {
		lines = append(lines, say("表 %s 有变化：%s", "Table %s changed: %s", t.Table, joined(t.Changes, say("；", "; "))))
	}
	for _, o := range c.Objects {
		lines = append(lines, o.Text)
	}
	if more := len(lines) - maxLines; more > 0 {
		lines = append(lines[:maxLines], say("此外还有 %d 处变化，见 %s", "%d more changes are in %s", more, ChangesName))
	}
	return append([]string{c.Summary}, lines...)
}

// joined is the changes of a table in one sentence, at most ten of them.
func joined(changes []Change, separator string) string {
	var texts []string
	for _, c := range changes[:min(len(changes), 10)] {
		texts = append(texts, c.Text)
	}
	if len(changes) > len(texts) {
		texts = append(texts, "…")
	}
	return strings.Join(texts, separator)
}
