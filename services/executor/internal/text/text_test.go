package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/services/executor/internal/text"
)

func TestJSON(t *testing.T) {
	got, err := text.JSON(map[string][]string{"问题": {"a < b & c"}})
	if want := "{\n  \"问题\": [\n    \"a < b & c\"\n  ]\n}\n"; string(got) != want || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := text.JSON(func() {}); err == nil {
		t.Error("a function is no JSON")
	}
}

// A cut text is the longest beginning of whole characters that fits.
func TestCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "text"), rapid.IntRange(-1, 20).Draw(t, "n")
		got := text.Cut(s, n)
		rest, whole := strings.CutPrefix(s, got)
		_, next := utf8.DecodeRuneInString(rest)
		if !whole || !utf8.ValidString(got) || len(got) > max(n, 0) || rest != "" && len(got)+next <= n {
			t.Fatalf("%q", got)
		}
	})
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		" a\r\n\tb ": "a b", "a\u2028b\u0085c\u0000d\x1b[0m": "a b c d [0m", "  \n": "", "中 文": "中 文",
	} {
		if got := text.OneLine(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
