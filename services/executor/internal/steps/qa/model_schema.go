package qa

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/theme"
)

// The bounds of the schema in a prompt: about 8,000 tokens in all, whatever the
// size of the database; columns of a table, values of a column and the
// characters of one, and those of a comment.
const (
	maxSchemaText   = 24 << 10
	maxColumns      = 120
	maxShown        = 5
	maxShownValue   = 40
	maxCommentShown = 120
	maxLineColumns  = 12
)

// tableLine is a table in a list: name, comment, what it refers to, columns.
func tableLine(t *profile.Table) string {
	var b strings.Builder
	b.WriteString(t.FullName().String())
	if comment := cutTo(t.Comment, maxCommentShown); comment != "" {
		b.WriteString(" | " + comment)
	}
	var refs, columns []string
	for _, l := range t.Links {
		refs = append(refs, l.To.FullName().String())
	}
	if len(refs) > 0 {
		b.WriteString(" | → " + strings.Join(refs[:min(len(refs), maxLineColumns)], ", "))
	}
	for _, c := range t.Columns[:min(len(t.Columns), maxLineColumns)] {
		columns = append(columns, c.Name)
	}
	b.WriteString(" | " + strings.Join(columns, ", "))
	return b.String()
}

// schemaText is what the model needs to know of the tables of a theme: the
// whole schema where it fits, else the theme's own tables and as many of those
// next to it as fit.
func (m *model) schemaText(th theme.Theme) string {
	if whole, fits := schemaOf(m.db.Tables); fits {
		return whole
	}
	text, _ := schemaOf(th.Related)
	return text
}

// schemaOf is the text of tables up to the bound, and whether they all fit.
func schemaOf(tables []*profile.Table) (text string, fits bool) {
	var b strings.Builder
	for _, t := range tables {
		table := tableText(t)
		if b.Len() > 0 && b.Len()+len(table) > maxSchemaText {
			return strings.TrimSpace(b.String()), false
		}
		b.WriteString(table)
	}
	return strings.TrimSpace(b.String()), b.Len() <= maxSchemaText
}

// tableText is a table in the manner of CREATE TABLE.
func tableText(t *profile.Table) string {
	var b strings.Builder
	name := t.FullName().SQL()
	if t.Schema == "public" {
		name = catalog.Quote(t.Name)
	}
	fmt.Fprintf(&b, "TABLE %s (", name)
	if comment := cutTo(t.Comment, maxCommentShown); comment != "" {
		b.WriteString(" -- " + comment)
	}
	if t.Empty() {
		b.WriteString(" -- no rows")
	}
	b.WriteByte('\n')
	for _, c := range t.Columns[:min(len(t.Columns), maxColumns)] {
		b.WriteString("  " + catalog.Quote(c.Name) + " " + c.Type)
		if notes := columnNotes(t, c); notes != "" {
			b.WriteString(" -- " + notes)
		}
		b.WriteByte('\n')
	}
	b.WriteString(")\n")
	if len(t.Key) > 1 {
		fmt.Fprintf(&b, "-- key: %s\n", nameList(t.Key))
	}
	for _, l := range t.Links {
		if len(l.Columns) > 1 {
			fmt.Fprintf(&b, "-- (%s) → %s (%s)\n", nameList(l.Columns), l.To.FullName(), nameList(l.RefColumns))
		}
	}
	return b.String()
}

// columnNotes say what a column is, its key and some of its values.
func columnNotes(t *profile.Table, c *profile.Column) string {
	var notes []string
	if comment := cutTo(c.Comment, maxCommentShown); comment != "" {
		notes = append(notes, comment)
	}
	if len(t.Key) == 1 && t.Key[0] == c {
		notes = append(notes, "key")
	}
	for _, l := range t.Links {
		if len(l.Columns) == 1 && l.Columns[0] == c {
			notes = append(notes, fmt.Sprintf("→ %s.%s", l.To.FullName(), catalog.Quote(l.RefColumns[0].Name)))
		}
	}
	if c.Blank() {
		notes = append(notes, "always NULL")
	}
	if shown := shownValues(c); len(shown) > 0 {
		notes = append(notes, "e.g. "+strings.Join(shown, ", "))
	}
	return strings.Join(notes, "; ")
}

// shownValues are frequent values of a column, those of keys and of personal
// and secret columns apart.
func shownValues(c *profile.Column) []string {
	switch c.Role {
	case profile.Hidden, profile.Personal, profile.Key, profile.Reference:
		return nil
	}
	var out []string
	values := c.Enum
	if c.Stats != nil {
		values = nil
		for _, v := range c.Stats.Top {
			values = append(values, v.Text)
		}
	}
	for _, v := range values {
		if len(out) < maxShown && utf8.RuneCountInString(v) <= maxShownValue {
			out = append(out, shown(c, v))
		}
	}
	return out
}

// shown is a value as SQL has it.
func shown(c *profile.Column, value string) string {
	if c.Category == catalog.Integer || c.Category == catalog.Decimal {
		return value
	}
	return catalog.Literal(flat(value))
}

func nameList(columns []*profile.Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = catalog.Quote(c.Name)
	}
	return strings.Join(names, ", ")
}
