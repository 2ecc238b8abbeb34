package mask

import "testing"

// shares has the masker know the values of a column of public.emp.
func shares(m *Masker, name, typ string, values ...string) {
	j := m.Column(Column{Table: "public.emp", Name: name, Type: typ, Viewed: true})
	for _, v := range values {
		j.See([]byte(v))
	}
	j.Share()
}

func TestAViewShowsNothingThatIsMaskedInItsTables(t *testing.T) {
	m := New("")
	shares(m, "员工姓名", "text", "刘洋", "王芳", "Jane Doe")
	shares(m, "birth_date", "date", "1990-01-31", "1991-02-03")
	shares(m, "c1", "text", "jane@example.com", "liu@example.com") // by its values
	shares(m, "city", "text", "杭州", "宁波")
	for _, test := range []struct {
		about, typ   string
		values, want []string
		kind         Kind
	}{
		{"renamed", "text", []string{"刘洋", "王芳", "刘洋"}, []string{"***", "***", "***"}, Name},
		{"in capitals", "text", []string{"JANE DOE", "x"}, []string{"***", "***"}, Name},
		{"within a text", "text", []string{"刘洋的订单", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五", "十六", "十七", "十八", "十九", "廿"}, []string{"***的订单", "一"}, ""},
		{"within a word", "text", []string{"Jane Doering", "x"}, []string{"Jane Doering", "x"}, ""},
		{"of JSON", "jsonb", []string{`{"who": "王芳"}`, `{"who": "李"}`}, []string{`{"who": "***"}`, `{"who": "***"}`}, Name},
		{"times of births", "timestamp without time zone", []string{"1990-01-31 00:00:00", "2024-01-01 00:00:00"}, []string{"****-**-** **:**:**", "****-**-** **:**:**"}, Birth},
		{"other times", "date", []string{"2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "1990-01-31"}, []string{"2024-01-01"}, ""},
		{"cities", "text", []string{"杭州", "宁波"}, []string{"杭州", "宁波"}, ""},
	} {
		j := m.Column(Column{Table: "public.v", Name: "n1", Type: test.typ, Reads: []string{"public.dept", "public.emp"}})
		for _, v := range test.values {
			j.See([]byte(v))
		}
		for i, want := range test.want {
			if got, _ := j.Mask(test.values[i]); got != want {
				t.Errorf("%s: %q becomes %q, want %q", test.about, test.values[i], got, want)
			}
		}
		if j.Kind() != test.kind {
			t.Errorf("%s: kind %q, want %q", test.about, j.Kind(), test.kind)
		}
	}
	other := m.Column(Column{Table: "public.w", Name: "n1", Type: "text", Reads: []string{"public.dept"}})
	other.See([]byte("刘洋"))
	if got, masked := other.Mask("刘洋"); masked {
		t.Errorf("a view of other tables: %q", got)
	}
}

func TestAViewsColumnIsOfTheKindOfTheOneThatItShows(t *testing.T) {
	m := New("")
	shares(m, "c1", "text", "a@example.com", "b@example.com")
	for name, want := range map[string]Kind{"员工姓名": Name, "c1": Email, "city": "", "api_key": Secret} {
		shown := Column{Table: "public.emp", Name: name, Type: "text"}
		if got := m.Column(Column{Table: "public.v", Name: "n1", Type: "text", Shows: &shown}).Kind(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestShortWordsAndNumbersAreNotRemembered(t *testing.T) {
	for value, want := range map[string]bool{"ab": false, "abc": true, "王": false, "王芳": true, "12345": false, "310000": true, "": false} {
		if _, got := memorable(value); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}
