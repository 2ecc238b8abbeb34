package pairs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

func table(schema, name string, columns ...catalog.Column) *catalog.Table {
	return &catalog.Table{Schema: schema, Name: name, Columns: columns}
}

var shop = &catalog.Schema{Tables: []*catalog.Table{
	table("hr", "pay"), table("hr", "staff"),
	table("public", "Order Details"), table("public", "customers"),
	table("public", "orders", catalog.Column{Name: "ordered_on", Category: catalog.Date}, catalog.Column{Name: "shipped_on", Category: catalog.Date}, catalog.Column{Name: "total", Category: catalog.Decimal}),
	table("public", "pay"), table("sales", "orders"),
}}

func TestDescribe(t *testing.T) {
	for _, tt := range []struct{ sql, tables, shapes, difficulty string }{
		{"SELECT count(*) FROM orders;", "public.orders", "", "easy"},
		{"SELECT * FROM Orders o WHERE o.total > 5 ORDER BY total DESC LIMIT 3", "public.orders", "filter order", "easy"},
		{"SELECT * FROM orders ORDER BY total", "public.orders", "", "easy"},
		{"SELECT * FROM staff", "hr.staff", "", "easy"},
		{"SELECT * FROM hr.pay, pay", "hr.pay public.pay", "join", "easy"},
		{`SELECT 1 FROM "Order Details" -- FROM nothing`, `public."Order Details"`, "", "easy"},
		{"SELECT 'a FROM b' FROM unknown", "public.unknown", "", "easy"},
		{"SELECT c.name, SUM(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.name HAVING SUM(o.total) > 5",
			"public.customers public.orders", "filter group join", "medium"},
		{"SELECT 1 FROM customers c JOIN orders o USING (a, b) LEFT JOIN pay p ON p.id IN (1, 2) WHERE c.x = 1", "public.customers public.orders public.pay", "deep_join filter", "medium"},
		{"SELECT 1 FROM (customers c JOIN (orders o JOIN pay p ON true) ON true)", "public.customers public.orders public.pay", "deep_join", "medium"},
		{"SELECT EXTRACT(YEAR FROM ordered_on), SUBSTRING(a FROM 2) FROM orders GROUP BY 1", "public.orders", "date_arithmetic group", "medium"},
		{"SELECT AVG(o.shipped_on - o.ordered_on) FROM orders o", "public.orders", "date_arithmetic", "easy"},
		{"SELECT total - 1 FROM orders", "public.orders", "", "easy"},
		{"SELECT a IS DISTINCT FROM b FROM orders", "public.orders", "", "easy"},
		{"SELECT * FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)", "public.customers public.orders", "anti_join", "medium"},
		{"SELECT * FROM customers c WHERE c.a = 1 AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)", "public.customers public.orders", "anti_join filter", "medium"},
		{"SELECT * FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.total > 5)", "public.customers public.orders", "filter subquery", "easy"},
		{"SELECT * FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)", "public.customers public.orders", "anti_join filter subquery", "medium"},
		{"SELECT * FROM customers c LEFT JOIN orders o ON o.a = c.a WHERE o.a IS NULL", "public.customers public.orders", "anti_join filter join", "medium"},
		{"SELECT left(name, 2) FROM customers WHERE name IS NULL", "public.customers", "filter", "easy"},
		{"SELECT a FROM orders UNION ALL SELECT b FROM pay ORDER BY a LIMIT 5", "public.orders public.pay", "order set_operation", "medium"},
		{"(SELECT a FROM orders) EXCEPT (SELECT b FROM pay)", "public.orders public.pay", "set_operation", "medium"},
		{"SELECT * FROM (SELECT a, ROW_NUMBER() OVER (PARTITION BY b ORDER BY c) AS n FROM orders) x WHERE n <= 3", "public.orders", "filter subquery window", "medium"},
		{"WITH t AS (SELECT * FROM orders), u AS (SELECT * FROM t) SELECT * FROM u JOIN t ON true", "public.orders", "join", "easy"},
		{"WITH orders AS (SELECT * FROM orders) SELECT * FROM orders", "public.orders", "", "easy"},
		{"WITH RECURSIVE up AS (SELECT id FROM staff UNION ALL SELECT s.id FROM staff s JOIN up ON true) SELECT * FROM up", "hr.staff", "join set_operation", "medium"},
		{"SELECT * FROM ROWS FROM (generate_series(1, 2), a.f(3)) WITH ORDINALITY AS x, orders", "public.orders", "join", "easy"},
		{"SELECT * FROM rows, orders TABLESAMPLE SYSTEM (10)", "public.orders public.rows", "join", "easy"},
		{"SELECT * FROM generate_series(1, 3) g, LATERAL (SELECT 1 FROM orders) x", "public.orders", "join subquery", "medium"},
		{"SELECT COUNT(*) FILTER (WHERE a) FROM orders", "public.orders", "filter", "easy"},
		{"SELECT * FROM orders WHERE ordered_on >= CURRENT_DATE - INTERVAL '1 month'", "public.orders", "date_arithmetic filter", "easy"},
		{"", "", "", "easy"},
		{"))) FROM JOIN , . (", "", "", "easy"},
		{"SELECT 'open FROM x", "", "", "easy"},
	} {
		tables, shapes, difficulty := pairs.Describe(tt.sql, shop)
		if got := strings.Join(tables, " "); got != tt.tables {
			t.Errorf("%s\n tables %s, want %s", tt.sql, got, tt.tables)
		}
		if got := strings.Join(shapes, " "); got != tt.shapes || difficulty != tt.difficulty {
			t.Errorf("%s\n %s: %s\n want %s: %s", tt.sql, difficulty, got, tt.difficulty, tt.shapes)
		}
	}
}

func FuzzDescribe(f *testing.F) {
	for _, seed := range []string{"SELECT 1 FROM a, b.c", "WITH x AS (", "FROM (((", "SELECT a FROM b WHERE NOT EXISTS(SELECT", `"`, "-- x\nSELECT - .a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		tables, shapes, difficulty := pairs.Describe(sql, shop)
		if !slices.IsSorted(shapes) || tables == nil || difficulty == "" {
			t.Fatalf("%q: %v %v %q", sql, tables, shapes, difficulty)
		}
		if normal := pairs.NormalSQL(sql); pairs.NormalSQL(normal) != normal {
			t.Fatalf("%q becomes %q, then %q", sql, normal, pairs.NormalSQL(normal))
		}
	})
}
