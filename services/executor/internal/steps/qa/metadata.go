package qa

import (
	"fmt"
	"slices"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

const createMetadata = `CREATE TABLE IF NOT EXISTS metadata (
    id SERIAL PRIMARY KEY,
    topic_name VARCHAR(100) NOT NULL,
    description TEXT,
    related_tables TEXT[],
    biz_entities TEXT[],
    biz_metrics TEXT[],
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
`

// metadata is metadata.txt: SQL that keeps the themes in a table.
func metadata(db *profile.Database, themes []theme.Theme) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "-- %s\n", db.Language.Sprintf("数据库 %s 的分析主题", "Themes of the database %s", flat(db.Name)))
	if about := flat(db.BusinessContext); about != "" {
		fmt.Fprintf(&b, "-- %s\n", db.Language.Sprintf("业务背景：%s", "Business context: %s", about))
	}
	b.WriteString("\n" + createMetadata)
	for _, t := range themes {
		fmt.Fprintf(&b, "\nINSERT INTO metadata (topic_name, description, related_tables, biz_entities, biz_metrics) VALUES (\n    %s,\n    %s,\n    %s,\n    %s,\n    %s\n);\n",
			catalog.Literal(t.Name), catalog.Literal(t.Description), array(tableNames(t.Related)), array(t.Entities), array(t.Metrics))
	}
	return []byte(b.String())
}

// tableNames are as questions' SQL has them: tables of public without schema.
func tableNames(tables []*profile.Table) []string {
	out := make([]string, len(tables))
	for i, t := range tables {
		out[i] = t.Name
		if t.Schema != "public" {
			out[i] = t.FullName().String()
		}
	}
	return out
}

// array is a PostgreSQL array literal: '{orders,"order details"}'.
func array(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = item
		bare := !strings.ContainsAny(item, `{}",\'`+" \t\r\n\v\f") && item != "" && !strings.EqualFold(item, "null")
		if !bare {
			quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(item) + `"`
		}
	}
	return catalog.Literal("{" + strings.Join(quoted, ",") + "}")
}

// flat is text on one line.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// metadataDetail is metadata_detail.md, the page of the metadata table.
func metadataDetail(db *profile.Database, themes []theme.Theme) []byte {
	l := db.Language
	var b strings.Builder
	line := func(zh, en string, args ...any) { b.WriteString(l.Sprintf(zh, en, args...) + "\n") }
	line("## metadata（分析主题表）", "## metadata (themes)")
	line("metadata 表分析主题表，记录数据库 %s 有哪些业务主题，每个主题涉及的表、业务实体和业务指标", "metadata keeps the themes of the database %s: the tables, business entities and metrics of each", flat(db.Name))
	if about := flat(db.BusinessContext); about != "" {
		line("业务背景：%s", "Business context: %s", about)
	}
	line("字段列表：", "Columns:")
	note := func(zh, en string) string { return l.Pick(zh, en) }
	column := func(name, kind, zh, en, flags string, examples ...string) {
		fmt.Fprintf(&b, "- %s (%s) - %s%s%s\n", name, kind, l.Pick(zh, en), flags, example(db, examples))
	}
	column("id", "serial", "主题编号", "number of the theme", note(" [主键, 非空]", " [primary key, not null]"), "1", "2")
	column("topic_name", "varchar(100)", "主题名称", "name of the theme", note(" [非空]", " [not null]"), each(themes, func(t theme.Theme) string { return t.Name })...)
	column("description", "text", "主题说明", "what the theme is about", "", each(themes, func(t theme.Theme) string { return t.Description })...)
	column("related_tables", "text[]", "相关的表", "tables of the theme", "", each(themes, func(t theme.Theme) string { return braces(tableNames(t.Related)) })...)
	column("biz_entities", "text[]", "业务实体", "business entities", "", each(themes, func(t theme.Theme) string { return braces(t.Entities) })...)
	column("biz_metrics", "text[]", "业务指标", "business metrics", "", each(themes, func(t theme.Theme) string { return braces(t.Metrics) })...)
	column("created_at", "timestamp", "创建时间", "time of creation", "")
	line("字段补充说明：", "Notes:")
	line("- id 为主键，由序列自动生成", "- id is the primary key, from a sequence")
	line("- related_tables、biz_entities 和 biz_metrics 为数组字段，可用 '值' = ANY(字段) 查询", "- related_tables, biz_entities and biz_metrics are arrays: use 'value' = ANY(column)")
	line("- created_at 默认为当前时间", "- created_at defaults to the current time")
	return []byte(b.String())
}

// example shows at most two values of a column.
func example(db *profile.Database, values []string) string {
	values = slices.Compact(values)
	if len(values) == 0 {
		return ""
	}
	return db.Language.Sprintf(" [示例: %s]", " [e.g. %s]", strings.Join(values[:min(2, len(values))], ", "))
}

func each(themes []theme.Theme, text func(theme.Theme) string) []string {
	var out []string
	for _, t := range themes {
		out = append(out, text(t))
	}
	return out
}

func braces(items []string) string { return "{" + strings.Join(items[:min(4, len(items))], ",") + "}" }
