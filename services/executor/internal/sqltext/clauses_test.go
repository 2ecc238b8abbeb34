package sqltext_test

import (
	"strings"
	"testing"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

func TestClauses(t *testing.T) {
	for _, tt := range []struct{ name, sql, want string }{
		{"clauses", "SELECT a, b FROM t WHERE a > 1 AND b < 2 GROUP BY a HAVING count(*) > 1 ORDER BY a LIMIT 5",
			"SELECT a, b|FROM t|WHERE a > 1|AND b < 2|GROUP BY a|HAVING count(*) > 1|ORDER BY a|LIMIT 5;"},
		{"joins", "SELECT * FROM a LEFT OUTER JOIN b ON a.x = b.x JOIN c USING (y) CROSS JOIN d",
			"SELECT *|FROM a|LEFT OUTER JOIN b ON a.x = b.x|JOIN c USING (y)|CROSS JOIN d;"},
		{"subquery", "SELECT * FROM t WHERE a IN (SELECT b FROM u WHERE c = 1)", "SELECT *|FROM t|WHERE a IN (SELECT b|FROM u|WHERE c = 1);"},
		{"words within an expression", "SELECT extract(year FROM d), rank() OVER (PARTITION BY a ORDER BY b) FROM t",
			"SELECT extract(year FROM d), rank() OVER (PARTITION BY a ORDER BY b)|FROM t;"},
		{"lines", "SELECT a\n  -- the first\nFROM t", "SELECT a|FROM t;"},
		{"words in literals", "SELECT ' FROM x ' AS \"a FROM b\" FROM t", "SELECT ' FROM x ' AS \"a FROM b\"|FROM t;"},
		{"a name like a clause", "SELECT t.order , t.from FROM t", "SELECT t.order , t.from|FROM t;"},
		{"open", "SELECT 'a", "SELECT 'a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.ReplaceAll(sqltext.Clauses(tt.sql), "\n", "|"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// Only white space is another.
func FuzzClauses(f *testing.F) {
	f.Add("SELECT a FROM (SELECT 1) t WHERE x AND ((y)) -- z\nUNION SELECT E'\\''")
	f.Fuzz(func(t *testing.T, sql string) {
		words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		if got, line := sqltext.Clauses(sql), sqltext.OneLine(sql); words(got) != words(line) {
			t.Fatalf("%q became %q", line, got)
		}
	})
}
