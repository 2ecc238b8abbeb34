package quality

import (
	"fmt"
	"strings"

	"github.com/citu/datapipeline/events"
)

// page is a Markdown page in the making.
type page struct {
	strings.Builder
	lang events.Language
}

func (p *page) say(zh, en string, args ...any) string { return p.lang.Sprintf(zh, en, args...) }

// line is a paragraph.
func (p *page) line(zh, en string, args ...any) { p.WriteString(p.say(zh, en, args...) + "\n\n") }

func (p *page) heading(zh, en string) { p.WriteString("## " + p.lang.Pick(zh, en) + "\n\n") }

// table writes rows below titles; a title that ends in ":" is aligned to the
// right.
func (p *page) table(titles []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	rule := make([]string, len(titles))
	for i, title := range titles {
		rule[i] = "---"
		if name, right := strings.CutSuffix(title, ":"); right {
			titles[i], rule[i] = name, "---:"
		}
	}
	for _, row := range append([][]string{titles, rule}, rows...) {
		p.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	p.WriteString("\n")
}

// cell is text within a table: a short one on one line.
func cell(text string) string { return inline(text, 160) }

// inline is text on one line, without what Markdown would take for its own, of
// at most so many characters.
func inline(text string, longest int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "`", "'").Replace(text)
}

// code is a name or SQL within a table.
func code(text string) string { return "`" + cell(text) + "`" }

func percent(ratio *float64) string {
	if ratio == nil {
		return "–"
	}
	return fmt.Sprintf("%.1f%%", 100**ratio)
}

// bar draws a ratio in ten places.
func bar(ratio *float64) string {
	if ratio == nil {
		return ""
	}
	full := int(*ratio*10 + 0.5)
	return strings.Repeat("█", full) + strings.Repeat("░", 10-full)
}

// some are the first of a list, and how many more there are.
func some(lang events.Language, names []string) string {
	const most = 20
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + lang.Sprintf(" 等 %d 个", " and %d more", len(names)-most)
}

// fence is a block of code that its content cannot end.
func (p *page) fence(kind, text string) {
	mark := "```"
	for strings.Contains(text, mark) {
		mark += "`"
	}
	p.WriteString(mark + kind + "\n" + strings.TrimRight(text, "\n") + "\n" + mark + "\n\n")
}
