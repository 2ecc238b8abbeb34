package tablelist

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestParse(t *testing.T) {
	for text, want := range map[string][]string{
		"a":                                {"a"},
		"public.a\r\nb\r\n":                {"public.a", "b"},
		"a, b，c,,":                         {"a", "b", "c"},
		"# all of it\na # one\n-- no\nb--": {"a", "b"},
		"\uFEFFa":                          {"a"},
		`"odd, name # 1".t, s.*`:           {`"odd, name # 1".t`, "s.*"},
		"服务区":                              {"服务区"},
	} {
		got, err := Parse(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":      {"# only a comment\n\n", ErrEmpty},
		"too many":     {strings.Repeat("t,", 1001), ErrTooMany},
		"too large":    {strings.Repeat(" ", MaxBytes+1), ErrTooLarge},
		"a long entry": {strings.Repeat("t", 513), ErrTooLong},
		"long entries": {strings.Repeat(strings.Repeat("t", 512)+",", 513), ErrTooLong},
		"other text":   {"\xb7\xfe\xce\xf1", ErrNotText},
		"a NUL":        {"a\x00b", ErrNotText},
	} {
		if _, err := Parse(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a, b\n# c\n\"d,e\"")
	f.Fuzz(func(t *testing.T, text string) {
		entries, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(strings.Join(entries, "\n"))
		if err != nil || !slices.Equal(again, entries) && !strings.Contains(text, `"`) {
			t.Fatalf("%q read back as %q, %v", entries, again, err)
		}
	})
}
