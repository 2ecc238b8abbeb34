package validate

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/events"
)

// cursor is where the server's grammar takes a query alone: no second
// statement, no data-changing WITH, no INTO, no rule can stand behind it.
const cursor = "DECLARE pair NO SCROLL CURSOR FOR\n"

// plan is what came of planning a text.
type plan struct {
	asked bool    // the server has answered
	cost  float64 // of the whole, in the planner's units
	err   error   // a refusedError or a *pgconn.PgError about the text
}

// explain has the server parse and plan sqls without running them, each in a
// transaction of its own and all in one round trip. The plan is a verbose one,
// since that alone shows what the planner computed for the result: a value of
// 500 MB makes an answer that is refused for its length. Behind a text that the
// server refuses none is asked about. An error means that the connection or
// the server failed at the first that was not asked about.
func (s *session) explain(ctx context.Context, sqls []string, lang events.Language) ([]plan, error) {
	const prefix = "EXPLAIN VERBOSE " + cursor
	plans := make([]plan, len(sqls))
	err := s.roundTrip(ctx, func(p *pgconn.Pipeline) {
		for i, sql := range sqls {
			if i > 0 {
				command(p, "ROLLBACK")
			}
			begin(p)
			command(p, prefix+sql)
		}
	}, func(p *pgconn.Pipeline) error {
		for i := range plans {
			if err := skip(p, min(1+i, 2)); err != nil {
				return err
			}
			cost, err := readPlan(p, lang)
			if aboutServer(err) {
				return err
			}
			plans[i] = plan{true, cost, shift(err, len(prefix))}
			if _, refused := errors.AsType[*pgconn.PgError](err); refused {
				return nil
			}
		}
		return nil
	})
	return plans, err
}

// readPlan takes the answer about one text.
func readPlan(p *pgconn.Pipeline, lang events.Language) (cost float64, err error) {
	result, err := answer(p)
	if err != nil {
		return 0, err
	}
	return judgePlan(result.Rows, lang)
}

// totalCost is at the end of a node's line; the root's is the first.
var totalCost = regexp.MustCompile(`\(cost=[\d.]+\.\.([\d.]+) rows=\d+ width=\d+\)`)

// writing are the nodes that change data or lock rows. A literal in a plan that
// looks like one is refused as well.
var writing = [][]byte{[]byte("LockRows"), []byte("Insert on"), []byte("Update on"), []byte("Delete on"), []byte("Merge on")}

func writes(line []byte) bool {
	node := bytes.TrimLeft(line, " ->")
	return slices.ContainsFunc(writing, func(kind []byte) bool { return bytes.HasPrefix(node, kind) })
}

// judgePlan reads the lines of a plan.
func judgePlan(lines [][][]byte, lang events.Language) (cost float64, err error) {
	if len(lines) == 0 {
		return 0, refusedError{notReading(lang)}
	}
	for _, line := range lines {
		if writes(line[0]) {
			return 0, refusedError{refuse(events.RungStatement, reasonWrites, lang.Pick("SQL 会修改数据或锁定行（如 INSERT、SELECT … FOR UPDATE）", "the SQL changes data or locks rows, as INSERT and SELECT … FOR UPDATE do"))}
		}
	}
	for _, line := range lines {
		if m := totalCost.FindSubmatch(bytes.TrimRight(line[0], " ")); m != nil {
			return strconv.ParseFloat(string(m[1]), 64)
		}
	}
	return 0, refusedError{unreadable(lang)}
}

// shift makes a position in the text behind a prefix one in the text alone.
func shift(err error, prefix int) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && int(pg.Position) > prefix {
		pg.Position -= int32(prefix)
	}
	return err
}
