package ddl

import (
	"regexp"
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// notes say what the list of columns does not: keys, enumerations, special
// kinds of columns, and what the table is as a whole.
func (b *book) notes(t *catalog.Table) []string {
	notes := b.keyNotes(t)
	for i := range t.Columns {
		notes = append(notes, b.columnNotes(t, &t.Columns[i])...)
	}
	for _, c := range t.Checks {
		notes = append(notes, b.lang.Sprintf("约束 %s：%s", "constraint %s: %s", c.Name, c.Definition))
	}
	return slices.Concat(notes, b.tableNotes(t), b.commentNote(t))
}

func (b *book) keyNotes(t *catalog.Table) []string {
	var notes []string
	if t.PrimaryKey != nil {
		columns := columnList(t.PrimaryKey.Columns)
		if len(t.PrimaryKey.Columns) == 1 {
			notes = append(notes, b.lang.Sprintf("%s 为主键", "%s is the primary key", columns))
		} else {
			notes = append(notes, b.lang.Sprintf("%s 为联合主键", "%s is the composite primary key", columns))
		}
	}
	for _, u := range t.Uniques {
		if len(u.Columns) > 1 {
			notes = append(notes, b.lang.Sprintf("%s 组合唯一", "%s is unique in combination", columnList(u.Columns)))
		}
	}
	for _, k := range t.ForeignKeys {
		notes = append(notes, b.keyNote(k))
	}
	return notes
}

func (b *book) keyNote(k catalog.ForeignKey) string {
	target := display(k.References()) + "." + columnList(k.RefColumns)
	note := b.lang.Sprintf("%s 关联 %s", "%s refers to %s", columnList(k.Columns), target)
	if !b.isThere(k.References()) {
		note += b.lang.Pick("（该表不在清单中）", " (a table outside the list)")
	}
	return note
}

// isNow matches defaults that are the time of the insert.
var isNow = regexp.MustCompile(`(?i)\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|` +
	`\b(current_timestamp|current_date|localtimestamp)\b`)

func (b *book) columnNotes(t *catalog.Table, c *catalog.Column) []string {
	var notes []string
	add := func(has bool, zh, en string, more ...any) {
		if has {
			notes = append(notes, b.lang.Sprintf(zh, en, append([]any{c.Name}, more...)...))
		}
	}
	values := b.enumerated(t, c)
	listed := strings.Join(values[:min(len(values), catalog.MaxValues)], b.lang.Pick("、", ", "))
	add(len(values) > 0, "%s 为枚举字段，包含取值：%s", "%s is an enumeration with the values %s", listed)
	add(c.Generated != "", "%s 由表达式计算：%s", "%s is computed as %s", c.Default)
	add(c.Category == catalog.JSON, "%s 为 JSON 字段", "%s holds JSON")
	add(c.Category == catalog.UUID, "%s 为 UUID", "%s is a UUID")
	add(c.Category == catalog.Array, "%s 为数组字段", "%s is an array")
	isTime := c.Category == catalog.Timestamp || c.Category == catalog.Date
	add(isTime && c.Generated == "" && isNow.MatchString(c.Default), "%s 默认为当前时间", "%s defaults to the current time")
	return notes
}

// enumerated are the values of a column that has no others, as far as is known:
// those of its type, else those that were seen, if they are texts or what a check
// lists. A few numbers that were seen are no more than examples.
func (b *book) enumerated(t *catalog.Table, c *catalog.Column) []string {
	switch {
	case c.Category == catalog.Enum:
		return c.Enum
	case c.Category == catalog.Text, isListed(t, c):
		return b.samples[t.FullName()][c.Name].Values
	}
	return nil
}

// isListed says that a check lists the values of a column: CHECK (stars IN (1, 2)).
func isListed(t *catalog.Table, c *catalog.Column) bool {
	return slices.ContainsFunc(t.Checks, func(k catalog.Constraint) bool {
		return slices.Equal(k.Columns, []string{c.Name}) && strings.Contains(k.Definition, " = ANY (")
	})
}

func (b *book) tableNotes(t *catalog.Table) []string {
	notes := b.kindNotes(t)
	name := display(t.FullName())
	if linked := linkedTables(t); len(linked) > 1 {
		notes = append(notes, b.lang.Sprintf("%s 为关联表，连接 %s", "%s is a relation table that connects %s",
			name, strings.Join(linked, b.lang.Pick("、", " and "))))
	}
	for _, parent := range t.Inherits {
		notes = append(notes, b.lang.Sprintf("%s 继承自 %s", "%s inherits from %s", name, display(parent)))
	}
	if children := b.children[t.FullName()]; len(children) > 0 {
		notes = append(notes, b.lang.Sprintf("%s 被 %s 继承，查询它时也包含它们的行", "%s is inherited by %s, whose rows it includes when it is read",
			name, strings.Join(children, b.lang.Pick("、", ", "))))
	}
	if t.PartitionKey != "" {
		notes = append(notes, b.lang.Sprintf("%s 按 %s 分区，共 %d 个分区", "%s is partitioned by %s into %d partitions",
			name, t.PartitionKey, len(t.Partitions)))
	}
	return notes
}

// kindNotes say what a relation is that is no table.
func (b *book) kindNotes(t *catalog.Table) []string {
	name := display(t.FullName())
	var sources string
	if t.View != nil {
		var names []string
		for _, n := range t.View.Reads {
			names = append(names, display(n))
		}
		sources = strings.Join(names, b.lang.Pick("、", ", "))
	}
	switch {
	case t.Foreign != nil:
		return []string{b.lang.Sprintf("%s 为外部表，数据在服务器 %s 上", "%s is a foreign table whose rows are on server %s", name, t.Foreign.Server)}
	case t.View == nil:
		return nil
	case sources == "":
		sources = b.lang.Pick("不读取任何表", "reads no table")
	default:
		sources = b.lang.Sprintf("读取 %s", "reads %s", sources)
	}
	if t.Kind == catalog.MaterializedView {
		sources += b.lang.Pick("，数据为上次刷新时的结果", " and shows what it held at the last refresh")
	}
	return []string{b.lang.Sprintf("%s 为%s，%s", "%s is a %s that %s", name, strings.ToLower(noun(b.lang, t.Kind)), sources)}
}

// linkedTables are the tables that a relation table connects: its primary key
// consists of foreign keys to them.
func linkedTables(t *catalog.Table) []string {
	if t.PrimaryKey == nil || len(t.PrimaryKey.Columns) < 2 {
		return nil
	}
	var linked []string
	rest := slices.Clone(t.PrimaryKey.Columns)
	for _, k := range t.ForeignKeys {
		within := !slices.ContainsFunc(k.Columns, func(c string) bool { return !slices.Contains(t.PrimaryKey.Columns, c) })
		if within {
			linked = append(linked, display(k.References()))
			rest = slices.DeleteFunc(rest, func(c string) bool { return slices.Contains(k.Columns, c) })
		}
	}
	if len(rest) > 0 {
		return nil
	}
	return linked
}
