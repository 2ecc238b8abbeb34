package mask

import (
	"os"
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
)

// TestFormsAreAsTheManualSays holds the table of both pages against the code.
func TestFormsAreAsTheManualSays(t *testing.T) {
	kinds := map[string]Kind{
		"zhang.san@example.com": Email, "13800138000": Phone, "+86 138 0013 8000": Phone, "11010519491231002X": Identity,
		"4111 1111 1111 1111": Card, "浙江省杭州市西湖区文三路138号": Address, "742 Evergreen Terrace": Address, "张三": Name, "Ann Lee": Name,
		"1990-01-31": Birth, `{"name": "张三", "vip": true}`: "",
	}
	for _, page := range []string{"masking.md", "masking.zh-CN.md"} {
		text, err := os.ReadFile("../../../../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		for value, kind := range kinds {
			c := Column{Table: "public.guest", Name: "c", Type: "text"}
			masked, _ := c.within(value, false)
			if kind != "" {
				masked = c.cover(kind, value)
			}
			for _, part := range []string{"`" + value + "`", "`" + masked + "`"} {
				if !strings.Contains(string(text), part) {
					t.Errorf("%s does not show %s, the mask of %s", page, part, value)
				}
			}
		}
	}
}

func TestOtherForms(t *testing.T) {
	for _, test := range []struct {
		kind        Kind
		value, want string
	}{
		{Phone, "0571-88880000", "****-********"}, {Phone, "n/a", "***"}, {Phone, "8613800138000", "861**********"},
		{Identity, "E12345678", "*********"}, {Plate, "浙A12345", "*******"}, {Network, "10.1.2.3", "**.*.*.*"}, {Birth, "1990年1月31日", "****年*月**日"},
		{Address, "T6G 2C7", "*** ***"}, {Address, "", "***"}, {Address, "5 High St., Flat 3", "*** St ***"}, {Address, "路桥区1号", "***区***号"},
		{Location, "SRID=4326;POINT(1 2)", strings.Repeat("*", 4) + "*****" + ";*****(* *)"}, {Card, strings.Repeat("1", 99), strings.Repeat("*", maxStars)},
	} {
		if got := form(test.kind, test.value); got != test.want {
			t.Errorf("%s %q: %q, want %q", test.kind, test.value, got, test.want)
		}
	}
}

func TestTheReportNamesColumnsAndKinds(t *testing.T) {
	m := New("")
	phone, note := m.Column(Column{Table: "public.b", Name: "phone", Type: "text"}), m.Column(Column{Table: "public.a", Name: "note", Type: "text"})
	for _, value := range []string{"13800138000", "13800138001", ""} {
		phone.See([]byte(value))
	}
	for _, value := range []string{"mail to a@b.cn", "nothing", "too late", "not today", "well", "sold out"} {
		note.See([]byte(value))
	}
	for range 2 {
		phone.Mask("13800138000") // counts once, and all that were seen
	}
	if masked, changed := note.Mask("mail to a@b.cn"); masked != "mail to ***@***.com" || !changed {
		t.Errorf("%q, %v", masked, changed)
	}
	m.Withhold(Column{Table: "public.b", Name: "password"})
	r := m.Report()
	want := []Masked{{"public.a", "note", Email, 1}, {"public.b", "password", Secret, 0}, {"public.b", "phone", Phone, 2}}
	if r.Mode != events.MaskData || r.Values != 3 || r.TotalColumns != 3 || len(r.Columns) != 3 {
		t.Fatalf("%+v", r)
	}
	for i, c := range r.Columns {
		if c != want[i] {
			t.Errorf("%+v, want %+v", c, want[i])
		}
	}
	for lang, want := range map[events.Language]string{
		events.Chinese: "脱敏：3 个字段含有个人信息，其值已遮盖或未读取（邮箱 1、电话 1、密码与密钥 1）",
		events.English: "Masking: 3 columns with personal data, whose values are masked or not read (e-mail addresses 1, telephone numbers 1, secrets 1)",
	} {
		if got := m.Summary(lang); got != want {
			t.Errorf("%s", got)
		}
	}
}

// A column whose name says nothing is judged by a good part of its values.
func TestColumnsAreJudgedByTheirValues(t *testing.T) {
	judge := func(c Column, values ...string) Kind {
		j := New(events.MaskData).Column(c)
		for _, v := range values {
			j.See([]byte(v))
		}
		return j.Kind()
	}
	text := Column{Table: "public.t", Name: "c", Type: "text"}
	for _, test := range []struct {
		name   string
		column Column
		values []string
		want   Kind
	}{
		{"a quarter", text, []string{"a@b.cn", "x", "y", "z"}, Email},
		{"less", text, []string{"a@b.cn", "x", "y", "z", "w"}, ""},
		{"misprints go with the rest", text, []string{"13800138000", "1380013800", "unknown"}, Phone},
		{"telephones as numbers", Column{Table: "t", Name: "c", Type: "bigint"}, []string{"13800138000", "13900139000"}, Phone},
		{"numbers of orders", Column{Table: "t", Name: "order_no", Type: "text"}, []string{"13800138000", "13900139000"}, ""},
		{"keys", Column{Table: "t", Name: "c", Type: "bigint", Key: true}, []string{"13800138000", "13900139000"}, ""},
		{"telephones as keys", Column{Table: "t", Name: "phone", Type: "bigint", Key: true}, []string{"13800138000", "13900139000"}, Phone},
		{"keys of telephones", Column{Table: "t", Name: "phone", Type: "bigint", Key: true}, []string{"1", "2", "3"}, ""},
		{"identities as keys", Column{Table: "t", Name: "c", Type: "text", Key: true}, []string{"11010519491231002X"}, Identity},
		{"uuids", text, []string{"550e8400-e29b-41d4-a716-446655440000"}, ""},
		{"names", text, []string{"赵铁柱", "钱多多", "孙小圣", "李逵风", "周伯通", "吴承恩", "郑板桥", "王重阳"}, Name},
		{"cities", text, []string{"杭州", "宁波", "温州", "金华", "常州", "黄山", "安庆", "南京", "上海"}, ""},
		{"words", text, []string{"新建", "待付款", "已付款", "已发货", "已完成", "已取消", "退款中", "高"}, ""},
		{"an enumeration", Column{Table: "t", Name: "phone", Type: "public.kind", Enum: true}, []string{"13800138000"}, ""},
		{"made-up identities", text, []string{"330106199001011234", "330106199102022345"}, Identity},
	} {
		if got := judge(test.column, test.values...); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestCutLeavesNoPartOfANumber(t *testing.T) {
	for value, want := range map[string]string{"short": "short", "请联系 138001380": "请联系", "write to someone@exam": "write to", "多少钱一斤两斤三斤四": "多少钱一斤两斤三斤四"} {
		if got := Cut(value, 10); got != want {
			t.Errorf("%q: %q", value, got)
		}
	}
}
