package validate

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// plan has the server plan sql. A cursor is the one place where its grammar
// takes a query alone: no data-changing WITH, no INTO, no rule can stand there.
func (j *judge) plan(ctx context.Context, conn *pgconn.PgConn, sql string) error {
	const explain = "EXPLAIN (ANALYZE false, FORMAT JSON) DECLARE pair NO SCROLL CURSOR FOR\n"
	result := conn.ExecParams(ctx, explain+sql, nil, nil, nil, nil).Read()
	if result.Err != nil {
		return shift(result.Err, len(explain))
	}
	if len(result.Rows) != 1 {
		return notReading(j.lang)
	}
	var plans []struct{ Plan planNode }
	err := json.Unmarshal(result.Rows[0][0], &plans)
	if err != nil || len(plans) != 1 || plans[0].Plan.Type == "" {
		return &refusal{Reason: reasonPlan, Message: j.lang.Pick("无法读取 SQL 的执行计划，可能嵌套过深", "the plan of the SQL cannot be read; it may be nested too deeply")}
	}
	if plans[0].Plan.writes() {
		return &refusal{Reason: reasonWrites, Message: j.lang.Pick("SQL 会修改数据或锁定行（如 INSERT、SELECT … FOR UPDATE）", "the SQL changes data or locks rows, as INSERT and SELECT … FOR UPDATE do")}
	}
	return nil
}

// shift makes a position in the text behind a prefix one in the text alone.
func shift(err error, prefix int) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && int(pg.Position) > prefix {
		pg.Position -= int32(prefix)
	}
	return err
}

type planNode struct {
	Type  string     `json:"Node Type"`
	Plans []planNode `json:"Plans"`
}

func (n planNode) writes() bool {
	if n.Type == "ModifyTable" || n.Type == "LockRows" {
		return true
	}
	for _, child := range n.Plans {
		if child.writes() {
			return true
		}
	}
	return false
}
