package mask

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzText: any text is masked to a valid text, and twice is as once.
func FuzzText(f *testing.F) {
	for _, p := range personal {
		f.Add(p.text)
		f.Add("联系人：张三，" + p.text + " or Mr. John Smith")
	}
	for _, text := range plain {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := Text(text)
		if utf8.ValidString(text) && !utf8.ValidString(once) {
			t.Fatalf("%q becomes %q", text, once)
		}
		if twice := Text(once); twice != once {
			t.Fatalf("%q, then %q, then %q", text, once, twice)
		}
	})
}

// FuzzFinders: every recogniser takes any text, and what it takes lies within.
func FuzzFinders(f *testing.F) {
	for _, p := range personal {
		for i := range finders {
			if finders[i].kind == p.kind {
				f.Add(uint8(i), p.text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		one := &finders[int(which)%len(finders)]
		for _, m := range one.form.FindAllString(text, -1) {
			if one.valid != nil && one.valid(m) {
				if masked := form(one.kind, m); masked == m {
					t.Fatalf("%s %q stays", one.kind, m)
				}
			}
		}
	})
}

// FuzzDocument: JSON stays JSON with the same names, whatever is masked in it.
func FuzzDocument(f *testing.F) {
	f.Add(`{"name": "张三", "phones": ["13800138000", 12], "a": {"b": null}}`)
	f.Add(`[{"email":"a@b.cn","n":1.5e3},{"\u0061":"\ud83d\ude00"}]`)
	f.Add(`"x"`)
	f.Fuzz(func(t *testing.T, text string) {
		c := Column{Table: "public.users", Name: "extra", Type: "jsonb"}
		for _, kind := range []Kind{"", Address} {
			masked, kinds := c.document(text, kind, false)
			if json.Valid([]byte(text)) && !json.Valid([]byte(masked)) {
				t.Fatalf("%s becomes %s", text, masked)
			}
			if len(kinds) == 0 && masked != text {
				t.Fatalf("%s becomes %s without a reason", text, masked)
			}
		}
	})
}

// FuzzColumn: any names are judged, and always alike.
func FuzzColumn(f *testing.F) {
	f.Add("public.customer", "客户表", "firstName", "名", "text")
	f.Add("t", "", "IPAddress", "IP 地址（登录）", "inet[]")
	f.Add("", "", "", "是否", "\"char\"")
	f.Fuzz(func(t *testing.T, table, tableComment, name, comment, typ string) {
		c := Column{Table: table, TableComment: tableComment, Name: name, Comment: comment, Type: typ}
		kind := c.Kind()
		if again := c.Kind(); again != kind {
			t.Fatalf("%q, then %q", kind, again)
		}
		if kind != "" && labels[kind][0] == "" {
			t.Fatalf("kind %q has no label", kind)
		}
	})
}

// FuzzCut: what is left of a value is its beginning.
func FuzzCut(f *testing.F) {
	f.Add("请联系 138001", 8)
	f.Add("see a@b.c", 9)
	f.Fuzz(func(t *testing.T, value string, limit int) {
		if got := Cut(value, limit); !strings.HasPrefix(value, got) {
			t.Fatalf("%q of %q", got, value)
		}
	})
}
