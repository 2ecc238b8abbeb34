package validate

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

//go:embed functions.sql
var functionsQuery string

// functions are the functions of a database by name, in any schema.
type functions map[string]function

type function struct {
	volatile bool // one of that name is
	ofRow    bool // a volatile one takes a row, and may be called as row.name
}

func readFunctions(ctx context.Context, db *pgxpool.Pool) (functions, error) {
	rows, err := db.Query(ctx, functionsQuery)
	if err != nil {
		return nil, fmt.Errorf("read functions: %w", err)
	}
	defer rows.Close()
	all := functions{}
	for rows.Next() {
		var name string
		var f function
		if err := rows.Scan(&name, &f.volatile, &f.ofRow); err != nil {
			return nil, fmt.Errorf("read functions: %w", err)
		}
		all[name] = f
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read functions: %w", err)
	}
	return all, nil
}

// harmless are the volatile functions that change nothing and that questions
// about data may need.
var harmless = set(
	"random", "random_normal", "normal_rand", "clock_timestamp", "timeofday", "gen_random_uuid", "uuidv4", "uuidv7",
	"uuid_generate_v1", "uuid_generate_v4", "pg_relation_size", "pg_table_size", "pg_indexes_size",
	"pg_total_relation_size", "pg_database_size", "pg_tablespace_size",
)

// hidden are the functions that are not volatile by declaration and run SQL
// that they are given as text, read whole schemas, or use up transaction
// numbers: nothing of it shows in a plan. They are those of the server and of
// the extensions that come with it.
var hidden = regexp.MustCompile(`^(?:crosstab.*|connectby.*|xpath_table|ts_stat|ts_rewrite|dblink.*|` +
	`(?:query|cursor|table|schema|database)_to_xml.*|txid_current|pg_current_xact_id)$`)

// check refuses a call of a function that may do more than read. Functions are
// told by name alone.
func (all functions) check(tokens []sqltext.Token, lang events.Language) *refusal {
	for _, c := range calls(tokens) {
		f := all[c.name]
		switch {
		case harmless[c.name]:
		case f.volatile && (c.called || f.ofRow):
			return refuse(events.RungPlan, reasonVolatile, lang.Sprintf(
				"SQL 调用了函数 %s：它是 VOLATILE 函数，可能修改数据；如果它只读，请将其声明为 STABLE",
				"the SQL calls the function %s, which is VOLATILE and may change data; if it only reads, declare it STABLE", c.name))
		case c.called && hidden.MatchString(c.name):
			return refuse(events.RungPlan, reasonHidden, lang.Sprintf(
				"SQL 调用了函数 %s：它执行的查询无法预先检查，请直接写出查询",
				"the SQL calls the function %s, which runs queries that cannot be checked beforehand; write the query itself", c.name))
		}
	}
	return nil
}

// call is a name before a parenthesis, or one behind a point, which may call a
// function of the row before it.
type call struct {
	name   string
	called bool // with a parenthesis
}

func calls(tokens []sqltext.Token) (found []call) {
	code := slices.DeleteFunc(slices.Clone(tokens), sqltext.Token.Blank)
	for i, t := range code {
		called, pointed := i+1 < len(code) && code[i+1].Is("("), i > 0 && code[i-1].Is(".")
		if name, _ := t.Name(); name != "" && (called || pointed) && !isMethod(code, i) {
			found = append(found, call{name, called})
		}
	}
	return found
}

// isMethod reports whether the name at i is that of a way to take samples, as in
// TABLESAMPLE pg_catalog.system (10), which is no function's.
func isMethod(code []sqltext.Token, i int) bool {
	for i > 1 && code[i-1].Is(".") {
		i -= 2
	}
	return i > 0 && code[i-1].Is("TABLESAMPLE")
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, name := range names {
		m[name] = true
	}
	return m
}
