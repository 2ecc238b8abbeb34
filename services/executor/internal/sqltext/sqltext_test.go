package sqltext_test

import (
	"testing"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

func TestOneLine(t *testing.T) {
	for _, tt := range []struct{ name, sql, want string }{
		{"nothing", " \n ; -- nothing", ""},
		{"lines", "SELECT a,\n\tb\r\nFROM t", "SELECT a, b FROM t;"},
		{"semicolons at the end", "SELECT 1 ;\n;  ", "SELECT 1;"},
		{"line comment", "-- all\nSELECT a -- the first\n  , b FROM t -- done", "SELECT a , b FROM t;"},
		{"dashes in a literal", "SELECT '-- no\n' FROM t", "SELECT '-- no\n' FROM t;"},
		{"line break in a literal", "SELECT\n'a\nb'", "SELECT 'a\nb';"},
		{"line break in a quoted name", "SELECT \"a\nb\"\nFROM t", "SELECT \"a\nb\" FROM t;"},
		{"line break in a dollar quote", "SELECT $x$a\n$$ b$x$\nFROM t", "SELECT $x$a\n$$ b$x$ FROM t;"},
		{"no dollar quote behind a name", "SELECT a$x$,\nb FROM t", "SELECT a$x$, b FROM t;"},
		{"nested block comment", "SELECT /* a /* b */\n' c */ 1\nFROM t", "SELECT /* a /* b */ ' c */ 1 FROM t;"},
		{"block comment at the end", "SELECT 1; /* done\n*/", "SELECT 1;"},
		{"strings that continue", "SELECT 'a' -- and\n  'b'", "SELECT 'a'\n'b';"},
		{"strings that do not", "SELECT 'a' ,\n'b'", "SELECT 'a' , 'b';"},
		{"escape string", `SELECT E'it\'s',` + "\nx", `SELECT E'it\'s', x;`},
		{"escape string that continues", "SELECT E'a'\n'b\\'c'\n, 1 ", "SELECT E'a'\n'b\\'c'\n, 1;"},
		{"backslash before a quote", "SELECT 'a\\' ,\n1", "SELECT 'a\\' ,\n1;"},
		{"backslash elsewhere", "SELECT 'a\\b' ,\n1", "SELECT 'a\\b' , 1;"},
		{"doubled quotes", "SELECT 'it''s',\n\"a\"\"b\"", "SELECT 'it''s', \"a\"\"b\";"},
		{"open literal", "SELECT 'a\n", "SELECT 'a"},
		{"open comment", "SELECT 1 /* a\n", "SELECT 1 /* a"},
		{"wide space is part of a name", "SELECT a　\nFROM t", "SELECT a　 FROM t;"},
		{"two statements", "SELECT 1;\nSELECT 2", "SELECT 1; SELECT 2;"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := sqltext.OneLine(tt.sql)
			if got != tt.want {
				t.Errorf("OneLine(%q)\n got %q\nwant %q", tt.sql, got, tt.want)
			}
			if again := sqltext.OneLine(got); again != got {
				t.Errorf("a second time it becomes %q", again)
			}
		})
	}
}

func TestNameFoldsAsTheServerDoes(t *testing.T) {
	tokens, _ := sqltext.Scan(`Größe"Mixed""Case"`)
	for i, want := range []string{"größe", `Mixed"Case`} {
		if got, ok := tokens[i].Name(); !ok || got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if _, ok := (sqltext.Token{Kind: sqltext.String, Text: "'a'"}).Name(); ok {
		t.Error("a literal is no name")
	}
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{"SELECT 'a'", "E'\\'", "$a$ $a$", "/* /* */", "\"\"", "1.5e3::text -- x\n'y'\n'z'"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		tokens, _ := sqltext.Scan(sql)
		pos := 0
		for _, token := range tokens {
			if name, ok := token.Name(); ok && len(name) > len(token.Text) {
				t.Fatalf("token %+v has the name %q", token, name)
			}
			if token.Pos != pos || token.Text == "" {
				t.Fatalf("token %+v at %d", token, pos)
			}
			pos += len(token.Text)
		}
		if sqltext.Join(tokens) != sql {
			t.Fatalf("%q became %q", sql, sqltext.Join(tokens))
		}
		if line := sqltext.OneLine(sql); sqltext.OneLine(line) != line {
			t.Fatalf("%q became %q, then %q", sql, line, sqltext.OneLine(line))
		}
	})
}
