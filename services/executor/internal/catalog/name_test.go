package catalog

import (
	"testing"

	"pgregory.net/rapid"
)

func TestQuoteAgreesWithTheServer(t *testing.T) {
	pool := database(t, "")
	rows, err := pool.Query(t.Context(), `
		SELECT word, quote_ident(word) FROM pg_get_keywords()
		UNION ALL
		SELECT word, quote_ident(word) FROM unnest(ARRAY['a', 'A', 'a b', 'a"b', '1a', 'a1', '_', 'a$', '订单', 'naïve', 'a.b']) AS word`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var word, want string
		if err := rows.Scan(&word, &want); err != nil {
			t.Fatal(err)
		}
		if got := Quote(word); got != want && got != quoted(word) {
			t.Errorf("Quote(%q) = %s, the server says %s", word, got, want)
		} else if want != word && got == word {
			t.Errorf("Quote(%q) leaves out quotes that the server needs", word)
		}
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
}

func TestLiteralMeansTheTextUnderAnySetting(t *testing.T) {
	pool := database(t, "")
	for _, conforming := range []string{"on", "off"} {
		run(t, pool, "SET backslash_quote = on; SET escape_string_warning = off; SET standard_conforming_strings = "+conforming)
		for _, want := range []string{"", "it's", `C:\new`, `\'`, "a\nb", "订单，'引号'"} {
			var got string
			results, err := simple(t, pool, "SELECT "+Literal(want))
			if err != nil {
				t.Fatal(err)
			}
			if got = results; got != want {
				t.Errorf("with standard_conforming_strings %s, %s is %q", conforming, Literal(want), got)
			}
		}
	}
}

func TestNamesCanBeReadBack(t *testing.T) {
	name := rapid.StringMatching(`[^\x00-\x1f\x7f-\x9f\x{fffd}]{1,20}`)
	rapid.Check(t, func(t *rapid.T) {
		want := Name{name.Draw(t, "schema"), name.Draw(t, "name")}
		if got, err := ParseName(want.String()); err != nil || got != want {
			t.Fatalf("%q is read back as %q: %v", want, got, err)
		}
	})
	for _, text := range []string{"", "a", "a.b.c", "a.", ".b", `"a.b`, `a."b"c`} {
		if got, err := ParseName(text); err == nil {
			t.Errorf("ParseName(%q) = %q", text, got)
		}
	}
}
