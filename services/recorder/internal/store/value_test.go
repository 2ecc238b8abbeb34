package store

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJSONIsCleanedOnlyWhereItMustBe(t *testing.T) {
	for in, want := range map[string]string{
		`{"b": 1.50, "a": "A"}`:   `{"b": 1.50, "a": "A"}`, // as it was written
		`"a\u0000b"`:              "\"a\uFFFDb\"",
		`{"k\u0000": ["\ud800"]}`: "{\"k\uFFFD\":[\"\uFFFD\"]}",
		`"\ud83d\ude00"`:          `"😀"`, // a whole pair stays what it is
		"\"\xff\"":                "\"\uFFFD\"",
		`{"n": 12345678901234567890.5, "z": "\u0000"}`: "{\"n\":12345678901234567890.5,\"z\":\"\uFFFD\"}",
		`"\\u0000"`: `"\\u0000"`, // a backslash and letters
	} {
		if got := string(jsonb(json.RawMessage(in))); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
	if jsonb(nil) != nil {
		t.Error("no document became one")
	}
}

func FuzzCleanJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `"\u0000"`, `["\ud800", {"\u0000": 1e400}]`, "\"\xc3\x28\"", `"\\ud800"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if !json.Valid(in) {
			return // events hold valid JSON alone
		}
		out := jsonb(in)
		if !json.Valid(out) || !utf8.Valid(out) {
			t.Fatalf("%q became %q", in, out)
		}
		var v any
		decoder := json.NewDecoder(bytes.NewReader(out))
		decoder.UseNumber()
		if err := decoder.Decode(&v); err != nil {
			t.Fatal(err)
		}
		if before := document(v); !bytes.Equal(document(scrub(v)), before) {
			t.Fatalf("%q became %q, which still holds what no text may", in, out)
		}
	})
}

func FuzzCleanText(f *testing.F) {
	f.Add("a\x00b\xff")
	f.Fuzz(func(t *testing.T, in string) {
		out := text(in)
		if !utf8.ValidString(out) || strings.Contains(out, "\x00") {
			t.Fatalf("%q became %q", in, out)
		}
		if utf8.ValidString(in) && !strings.Contains(in, "\x00") && out != in {
			t.Fatalf("%q was changed to %q", in, out)
		}
	})
}
