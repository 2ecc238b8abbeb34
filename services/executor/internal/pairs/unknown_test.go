package pairs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

func TestUnknownNames(t *testing.T) {
	for _, tt := range []struct{ sql, want string }{
		{"SELECT o.total, orders.total FROM orders o, public.orders", ""},
		{"SELECT o.totl FROM orders AS o JOIN payments p ON p.x = o.total", "public.payments | o.totl"},
		{"SELECT total.x, o.* FROM orders o WHERE o.total > 1.5 AND hr.pay.x IS NULL", ""},
		{"WITH t AS (SELECT 1 AS a) SELECT t.a FROM t JOIN nowhere.t ON true", "nowhere.t | "},
		{"SELECT o.missing FROM orders o WHERE EXISTS (SELECT 1 FROM invented o WHERE o.missing = 1)", "public.invented | "},
		{"SELECT o.ctid FROM orders o", ""},
	} {
		tables, columns := pairs.Unknown(tt.sql, shop)
		got := strings.Join(tables, " ") + " | " + strings.Join(columns, " ")
		if got != tt.want && (got != " | " || tt.want != "") {
			t.Errorf("%s\n got %s\nwant %s", tt.sql, got, tt.want)
		}
	}
}

func TestOneReadingStatement(t *testing.T) {
	for sql, want := range map[string]bool{
		"SELECT 1;": true,
		"  (SELECT 1) UNION (SELECT 2) ; -- both":                    true,
		"WITH t AS (SELECT 1) SELECT * FROM t":                       true,
		"SELECT 'a; DELETE' AS \"update\" FROM orders":               true,
		"SELECT 1; SELECT 2":                                         false,
		"DELETE FROM orders":                                         false,
		"WITH d AS (DELETE FROM orders RETURNING 1) SELECT * FROM d": false,
		"SELECT * INTO x FROM orders":                                false,
		"SELECT * FROM orders FOR UPDATE":                            false,
		"SELECT 'open":                                               false,
		"":                                                           false,
		"EXPLAIN SELECT 1":                                           false,
	} {
		if got := pairs.Reads(sql); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
}

func TestColumnsThatAreRead(t *testing.T) {
	schema := &catalog.Schema{Tables: []*catalog.Table{
		table("public", "a", catalog.Column{Name: "id"}, catalog.Column{Name: "x"}), table("public", "b", catalog.Column{Name: "id"}, catalog.Column{Name: "Y"}),
	}}
	got := pairs.Columns(`SELECT id, 'x', "Y" FROM a`, []string{"public.a", "public.b", "public.c", "odd"}, schema)
	want := []catalog.ColumnName{{Table: catalog.Name{Schema: "public", Name: "a"}, Column: "id"},
		{Table: catalog.Name{Schema: "public", Name: "b"}, Column: "id"}, {Table: catalog.Name{Schema: "public", Name: "b"}, Column: "Y"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
