package validate

import (
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// MaxSQL is the length in bytes beyond which a pair's SQL is refused unseen.
const MaxSQL = 64 << 10

// The reasons for which a pair is refused, as error_type in the report.
const (
	reasonEmpty       = "empty_sql"
	reasonTooLong     = "sql_too_long"
	reasonNUL         = "nul_character"
	reasonParameters  = "sql_has_parameters"
	reasonNotReading  = "not_a_query"
	reasonWrites      = "query_writes"
	reasonVolatile    = "volatile_function"
	reasonHidden      = "unchecked_function"
	reasonPlan        = "plan_unreadable"
	reasonLarge       = "answer_too_large"
	reasonTimeout     = "check_timed_out"
	reasonSQL         = "sql_error"
	reasonNoTable     = "no_table"
	reasonSystemTable = "system_table"
	reasonOtherTable  = "table_outside_task"
	reasonCost        = "cost_over_limit"
	reasonSlow        = "run_timed_out"
	reasonResources   = "run_over_limits"
	reasonDuplicate   = "duplicate_pair"
	reasonRejected    = "rejected_by_person"
)

// refusal says at which rung of the ladder a text was refused, and why.
type refusal struct {
	Rung     string
	Reason   string
	Message  string
	SQLState string
	Hint     string
	Position int // in characters from 1; 0 where unknown
}

// refusedError lets a refusal travel as an error within the package.
type refusedError struct{ *refusal }

func (r refusedError) Error() string { return r.Reason + ": " + r.Message }

func (r *refusal) verdict() string {
	switch r.Reason {
	case reasonCost, reasonSlow, reasonResources, reasonLarge:
		return events.VerdictTooExpensive
	case reasonTimeout:
		if r.SQLState == "" || r.SQLState == queryCanceled { // else others stood in its way
			return events.VerdictTooExpensive
		}
	case reasonDuplicate:
		return events.VerdictDuplicate
	}
	return events.VerdictError
}

func refuse(rung, reason, message string) *refusal {
	return &refusal{Rung: rung, Reason: reason, Message: message}
}

// lookAt refuses what needs no server: texts that cannot be one reading
// statement whatever the database holds.
func lookAt(sql string, tokens []sqltext.Token, lang events.Language) *refusal {
	switch {
	case len(sql) > MaxSQL:
		return refuse(events.RungStatement, reasonTooLong, lang.Sprintf("SQL 有 %d 字节，最多 %d 字节", "the SQL has %d bytes, at most %d are accepted", len(sql), MaxSQL))
	case strings.ContainsRune(sql, 0):
		// The protocol ends a text at a NUL: the rest would be read as a message.
		return refuse(events.RungStatement, reasonNUL, lang.Pick("SQL 含有 NUL 字符", "the SQL holds a NUL character"))
	}
	switch strings.ToUpper(firstWord(tokens)) {
	case "SELECT", "WITH", "VALUES", "TABLE":
		return nil
	case "":
		return refuse(events.RungStatement, reasonEmpty, lang.Pick("没有 SQL 语句", "there is no SQL statement"))
	}
	return notReading(lang)
}

// firstWord is the first word of a text, behind comments and opening parentheses.
func firstWord(tokens []sqltext.Token) string {
	for _, t := range tokens {
		if !t.Blank() && !t.Is("(") && !t.Is(";") {
			return t.Text
		}
	}
	return ""
}

func notReading(lang events.Language) *refusal {
	return refuse(events.RungStatement, reasonNotReading, lang.Pick("不是查询语句（只接受 SELECT、WITH … SELECT、VALUES、TABLE）", "not a query: only SELECT, WITH … SELECT, VALUES and TABLE are accepted"))
}

func unreadable(lang events.Language) *refusal {
	return refuse(events.RungPlan, reasonPlan, lang.Pick("无法读取 SQL 的执行计划", "the plan of the SQL cannot be read"))
}

func tooLarge(lang events.Language) *refusal {
	return refuse(events.RungPlan, reasonLarge, lang.Sprintf(
		"数据库对这条 SQL 的应答超过 %d MiB：SQL 计算出的值过大，或执行计划过长",
		"the server's answer about the SQL is longer than %d MiB: the SQL computes a value of that size, or its plan is that long", maxAnswer>>20))
}

// timedOut takes what the server said, if it said anything.
func timedOut(lang events.Language, said string) *refusal {
	text := lang.Pick("数据库没能在规定时间内检查这条 SQL", "the database could not check the SQL in time")
	if said != "" {
		text += lang.Pick("：", ": ") + said
	}
	return refuse(events.RungPlan, reasonTimeout, text)
}
