package ddl

import (
	"fmt"
	"strings"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// detailFile describes a table to people and language models.
func (b *book) detailFile(t *catalog.Table) string {
	var text strings.Builder
	name := display(t.FullName())
	heading := name
	if title := b.title(t); title != name {
		heading = b.lang.Sprintf("%s（%s）", "%s (%s)", name, title)
	}
	fmt.Fprintf(&text, "## %s\n", heading)
	fmt.Fprintf(&text, b.lang.Pick("%[2]s %[1]s%[3]s\n字段列表：\n", "%[1]s %[2]s: %[3]s\nColumns:\n"),
		noun(b.lang, t.Kind), name, b.description(t))
	for i := range t.Columns {
		fmt.Fprintf(&text, "- %s\n", b.columnLine(t, &t.Columns[i]))
	}
	if notes := b.notes(t); len(notes) > 0 {
		text.WriteString(b.lang.Pick("字段补充说明：\n", "Notes:\n"))
		for _, note := range notes {
			fmt.Fprintf(&text, "- %s\n", oneLine(note))
		}
	}
	return text.String()
}

func (b *book) columnLine(t *catalog.Table, c *catalog.Column) string {
	line := fmt.Sprintf("%s (%s)", oneLine(c.Name), displayType(c))
	if comment := remark(c.Comment); comment != "" {
		line += " - " + comment
	}
	if traits := b.traits(t, c); len(traits) > 0 {
		line += " [" + strings.Join(traits, ", ") + "]"
	}
	if examples := b.examples(t, c); len(examples) > 0 {
		line += b.lang.Sprintf(" [示例: %s]", " [e.g. %s]", strings.Join(examples, ", "))
	}
	return line
}

func (b *book) traits(t *catalog.Table, c *catalog.Column) []string {
	var traits []string
	add := func(has bool, zh, en string) {
		if has {
			traits = append(traits, b.lang.Pick(zh, en))
		}
	}
	add(inPrimaryKey(t, c), "主键", "primary key")
	add(len(keysOf(t, c)) > 0, "外键", "foreign key")
	add(isUnique(t, c), "唯一", "unique")
	add(c.Generated != "", "生成列", "generated")
	add(c.NotNull, "非空", "not null")
	return traits
}

func isUnique(t *catalog.Table, c *catalog.Column) bool {
	for _, u := range t.Uniques {
		if len(u.Columns) == 1 && u.Columns[0] == c.Name {
			return true
		}
	}
	return false
}

// examples are up to ten labels of an enumeration, or two values.
func (b *book) examples(t *catalog.Table, c *catalog.Column) []string {
	sample := b.samples[t.FullName()][c.Name]
	switch {
	case c.Category == catalog.Enum:
		return oneLines(c.Enum[:min(len(c.Enum), catalog.MaxValues)])
	case sample.Values != nil:
		return sample.Values
	}
	return sample.Examples
}

func oneLines(texts []string) []string {
	lines := make([]string, len(texts))
	for i, text := range texts {
		lines[i] = oneLine(text)
	}
	return lines
}
