package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// relations is a small database as Names lists it.
var relations = []Relation{
	{Name: Name{"hr", "pay"}, Kind: OrdinaryTable},
	{Name: Name{"hr", "users"}, Kind: OrdinaryTable},
	{Name: Name{"public", "Order Details"}, Kind: OrdinaryTable},
	{Name: Name{"public", "UPPER"}, Kind: OrdinaryTable},
	{Name: Name{"public", "active_users"}, Kind: View},
	{Name: Name{"public", "fares"}, Kind: PartitionedTable},
	{Name: Name{"public", "fares_2024"}, Kind: OrdinaryTable, Root: Name{"public", "fares"}},
	{Name: Name{"public", "spatial_ref_sys"}, Kind: OrdinaryTable, Extension: true},
	{Name: Name{"public", "upper"}, Kind: OrdinaryTable},
	{Name: Name{"public", "users"}, Kind: OrdinaryTable},
	{Name: Name{"sales", "log"}, Kind: OrdinaryTable},
	{Name: Name{"web", "log"}, Kind: OrdinaryTable},
	{Name: Name{"订单", "明细"}, Kind: OrdinaryTable},
}

func resolve(lines ...string) ([]Name, error) {
	patterns, err := ParseList(lines)
	if err != nil {
		return nil, err
	}
	return Resolve(patterns, relations)
}

func TestTableLists(t *testing.T) {
	for _, test := range []struct {
		name, list string
		want       []string
	}{
		{"one a line", "public.users\nhr.pay\n", []string{"public.users", "hr.pay"}},
		{"commas, full-width ones too", "hr.pay, public.fares，users", []string{"hr.pay", "public.fares", "public.users"}},
		{"windows and a byte order mark", "\uFEFFhr.pay\r\nhr.users\r\n", []string{"hr.pay", "hr.users"}},
		{"comments", "# all\n-- none\nhr.pay -- salaries, secret\nhr.users # people\n\n", []string{"hr.pay", "hr.users"}},
		{"a name alone is public's", "users", []string{"public.users"}},
		{"or that of the only schema", "pay", []string{"hr.pay"}},
		{"letter case as a last resort", "HR.Pay, PUBLIC.USERS", []string{"hr.pay", "public.users"}},
		{"but first as written", "UPPER, upper", []string{"public.UPPER", "public.upper"}},
		{"a schema", "hr.*", []string{"hr.pay", "hr.users"}},
		{"everything", "*", []string{"hr.pay", "hr.users", `public."Order Details"`, "public.UPPER", "public.active_users", "public.fares",
			"public.upper", "public.users", "sales.log", "web.log", "订单.明细"}},
		{"everything in another way", "web.*, *.*", []string{"web.log", "hr.pay", "hr.users", `public."Order Details"`,
			"public.UPPER", "public.active_users", "public.fares", "public.upper", "public.users", "sales.log", "订单.明细"}},
		{"duplicates", "hr.pay\npay\nhr.*", []string{"hr.pay", "hr.users"}},
		{"quotes", `"public"."Order Details", "hr".pay`, []string{`public."Order Details"`, "hr.pay"}},
		{"a space without quotes", `public.Order Details`, []string{`public."Order Details"`}},
		{"a partition stands for its table", "fares_2024", []string{"public.fares"}},
		{"what an extension brought, if named", "spatial_ref_sys", []string{"public.spatial_ref_sys"}},
		{"a view", "active_users", []string{"public.active_users"}},
		{"Chinese names", "订单.明细", []string{"订单.明细"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			names, err := resolve(test.list)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, n := range names {
				got = append(got, n.String())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q means %v, want %v", test.list, got, test.want)
			}
		})
	}
}

func TestFaultsOfTableLists(t *testing.T) {
	for _, test := range []struct {
		name, list string
		want       []string
	}{
		{"nothing", " \n# nothing\n,", []string{"table_list_empty"}},
		{"unknown tables, all at once", "public.user\nhr.*\nhr.pays, zzz", []string{
			"table_not_found 1 public.user [public.users public.UPPER public.upper]", "table_not_found 3 hr.pays [hr.pay]", "table_not_found 3 zzz []"}},
		{"an unknown schema", "hrr.*", []string{"table_not_found 1 hrr.* [hr.*]"}},
		{"a system schema", "pg_catalog.pg_class", []string{"table_not_found 1 pg_catalog.pg_class []"}},
		{"a name in two schemas", "log", []string{"table_ambiguous 1 log [sales.log web.log]"}},
		{"case does not decide within quotes", `"USERS"`, []string{`table_not_found 1 "USERS" [hr.users public.users]`}},
		{"case may be ambiguous", "Upper", []string{"table_ambiguous 1 Upper [public.UPPER public.upper]"}},
		{"an open quote", "hr.pay\n\"hr.pay", []string{`table_list_invalid 2 "hr.pay [] quote`}},
		{"a quote within", `a"b`, []string{`table_list_invalid 1 a"b [] quote`}},
		{"three parts", "db.hr.pay", []string{"table_list_invalid 1 db.hr.pay [] parts"}},
		{"half a name", "hr.\n.pay", []string{"table_list_invalid 1 hr. [] missing", "table_list_invalid 2 .pay [] missing"}},
		{"a wildcard within", "hr.p*, *.pay", []string{"table_list_invalid 1 hr.p* [] wildcard", "table_list_invalid 1 *.pay [] wildcard"}},
		{"no UTF-8", "hr.p\xffy", []string{"table_list_invalid 1 hr.p�y [] text"}},
		{"control characters", "a\x00b", []string{"table_list_invalid 1 a\x00b [] text"}},
		{"a very long name", strings.Repeat("x", 600), []string{"table_list_invalid 1 " + strings.Repeat("x", 80) + "… [] long"}},
		{"too many", strings.Repeat("hr.pay\n", 1001), []string{"table_list_too_long"}},
		{"too much", strings.Repeat("# "+strings.Repeat("x", 1<<20)+"\n", 3) + "a", []string{"table_list_too_long"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := resolve(test.list)
			var list *ListError
			if !errors.As(err, &list) {
				t.Fatalf("want a ListError, got %v", err)
			}
			var got []string
			for _, f := range list.Faults {
				text := string(f.Type)
				if f.Line > 0 {
					text = strings.TrimSpace(fmt.Sprintf("%s %d %s %v %s", f.Type, f.Line, f.Entry, f.Near, f.Reason))
				}
				got = append(got, text)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestAThousandEntriesAreTaken(t *testing.T) {
	if _, err := ParseList(slices.Repeat([]string{"hr.pay"}, 1000)); err != nil {
		t.Error(err)
	}
}

func FuzzParseList(f *testing.F) {
	for _, seed := range []string{"public.users\nhr.*", `"a.b"."c""d" -- x`, "*，*.*", "\uFEFF# c\r\na,,b.", `"`, "a..b", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		patterns, err := ParseList([]string{text})
		if err != nil {
			var list *ListError
			if !errors.As(err, &list) || len(list.Faults) == 0 {
				t.Fatalf("an error without faults: %v", err)
			}
			return
		}
		if len(patterns) == 0 || len(patterns) > MaxListEntries {
			t.Fatalf("%d patterns", len(patterns))
		}
		names, err := Resolve(patterns, relations)
		if err == nil && len(names) == 0 {
			t.Fatal("a list that means nothing")
		}
		for _, n := range names {
			if again, err := resolve(n.String()); err != nil || len(again) != 1 || again[0] != n {
				t.Fatalf("%s does not mean itself: %v %v", n, again, err)
			}
		}
	})
}

func TestDistanceIsExactWithinItsLimit(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"users", "user", 1}, {"kitten", "sitting", 3}, {"订单", "订但", 1}, {"abc", "xyz", 3}} {
		if got := distance([]rune(c.a), []rune(c.b), 9); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance([]rune(c.a), []rune(c.b), 1); got != min(c.want, 2) {
			t.Errorf("distance(%q, %q) within 1 = %d", c.a, c.b, got)
		}
	}
}
