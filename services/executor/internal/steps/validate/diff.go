package validate

import (
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// diff is the unified diff of two statements, a clause a line.
func diff(before, after string) string {
	return udiff.Unified("before", "after", sqltext.Clauses(before)+"\n", sqltext.Clauses(after)+"\n")
}

// indent puts lines behind a margin, so that nothing in them is taken for a
// line of the log itself.
func indent(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return ' '
		}
		return r
	}, strings.TrimRight(text, "\n"))
	return "    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n"
}
