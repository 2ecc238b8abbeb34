package validate

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// harmless are the volatile functions that change nothing and that questions
// about data may need.
var harmless = []string{
	"random", "random_normal", "normal_rand", "clock_timestamp", "timeofday", "gen_random_uuid", "uuidv4", "uuidv7",
	"uuid_generate_v1", "uuid_generate_v4", "pg_relation_size", "pg_table_size", "pg_indexes_size",
	"pg_total_relation_size", "pg_database_size", "pg_tablespace_size",
}

// volatile refuses a call of a function that may change data whenever the pair
// is used. Planning does not run it; but nobody should learn such a query.
// Functions are told by name alone, in any schema.
func (j *judge) volatile(ctx context.Context, conn *pgx.Conn, sql string) error {
	called := calls(sql)
	if len(called) == 0 {
		return nil
	}
	const query = `SELECT proname::text FROM pg_proc
WHERE proname = ANY($1::text[]::name[]) AND provolatile = 'v' AND proname <> ALL($2::text[]::name[]) ORDER BY 1 LIMIT 1`
	var name string
	err := conn.QueryRow(ctx, query, pgx.QueryExecModeExec, called, harmless).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up functions: %w", err)
	}
	return &refusal{Reason: reasonVolatile, Message: j.lang.Sprintf(
		"SQL 调用了函数 %s：它是 VOLATILE 函数，可能修改数据；如果它只读，请将其声明为 STABLE",
		"the SQL calls the function %s, which is VOLATILE and may change data; if it only reads, declare it STABLE", name)}
}

// calls are the names that stand before a parenthesis.
func calls(sql string) (names []string) {
	tokens, _ := sqltext.Scan(sql)
	last := ""
	for _, t := range tokens {
		if t.Blank() {
			continue
		}
		if t.Is("(") && last != "" {
			names = append(names, last)
		}
		last, _ = t.Name()
	}
	return names
}
