package corpus

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSplitRepeatsTheHeading(t *testing.T) {
	got := split("# t\n"+strings.Repeat("- a column\n", 10), 50)
	for _, part := range got {
		if !strings.HasPrefix(part, "# t\n- a column") || len(part) > 50 {
			t.Errorf("part %q", part)
		}
	}
	if n := strings.Count(strings.Join(got, "\n"), "- a column"); n != 10 || len(got) != 3 {
		t.Errorf("%d lines in %d parts", n, len(got))
	}
}

// No part is longer than the limit or cuts a character, and but for white space
// nothing is lost.
func TestSplitLosesNothing(t *testing.T) {
	const limit = 64
	letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
	rapid.Check(t, func(t *rapid.T) {
		heading := "# heading " // longer than an eighth: not repeated
		text := heading + rapid.StringOf(rapid.SampledFrom([]rune("ab 表\n"))).Draw(t, "text")
		var all strings.Builder
		for _, part := range split(text, limit) {
			if len(part) > limit || !utf8.ValidString(part) {
				t.Fatalf("part %q", part)
			}
			all.WriteString(part)
		}
		if letters(all.String()) != letters(text) {
			t.Fatalf("%q became %q", text, all.String())
		}
	})
}
