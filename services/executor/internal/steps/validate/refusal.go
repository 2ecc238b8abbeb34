package validate

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// MaxSQL is the length in bytes beyond which a pair's SQL is refused unseen.
const MaxSQL = 64 << 10

// The reasons for which a pair is refused, as error_type in the report.
const (
	reasonEmpty      = "empty_sql"
	reasonTooLong    = "sql_too_long"
	reasonNUL        = "nul_character"
	reasonParameters = "sql_has_parameters"
	reasonNotReading = "not_a_query"
	reasonWrites     = "query_writes"
	reasonVolatile   = "volatile_function"
	reasonPlan       = "plan_unreadable"
	reasonTimeout    = "check_timed_out"
	reasonSQL        = "sql_error"
)

// refusal says why a text is no valid SQL of a pair.
type refusal struct {
	Reason   string
	Message  string
	SQLState string
	Hint     string
	Position int // in characters from 1; 0 where unknown
}

// Error lets a refusal travel as an error within the package.
func (r *refusal) Error() string { return r.Reason + ": " + r.Message }

// lookAt refuses what needs no server: texts that cannot be one reading
// statement whatever the database holds.
func lookAt(sql string, lang events.Language) *refusal {
	switch {
	case len(sql) > MaxSQL:
		return &refusal{Reason: reasonTooLong, Message: lang.Sprintf("SQL 有 %d 字节，最多 %d 字节", "the SQL has %d bytes, at most %d are accepted", len(sql), MaxSQL)}
	case strings.ContainsRune(sql, 0):
		// The protocol ends a text at a NUL: the rest would be read as a message.
		return &refusal{Reason: reasonNUL, Message: lang.Pick("SQL 含有 NUL 字符", "the SQL holds a NUL character")}
	}
	verb := firstWord(sql)
	switch strings.ToUpper(verb) {
	case "SELECT", "WITH", "VALUES", "TABLE":
		return nil
	case "":
		return &refusal{Reason: reasonEmpty, Message: lang.Pick("没有 SQL 语句", "there is no SQL statement")}
	}
	return notReading(lang)
}

// firstWord is the first word of sql, behind comments and opening parentheses.
func firstWord(sql string) string {
	tokens, _ := sqltext.Scan(sql)
	for _, t := range tokens {
		if !t.Blank() && !t.Is("(") && !t.Is(";") {
			return t.Text
		}
	}
	return ""
}

func notReading(lang events.Language) *refusal {
	return &refusal{Reason: reasonNotReading, Message: lang.Pick("不是查询语句（只接受 SELECT、WITH … SELECT、VALUES、TABLE）", "not a query: only SELECT, WITH … SELECT, VALUES and TABLE are accepted")}
}

// refused is what the server's error says about the statement, or nil when it
// says something about the server or the connection.
func refused(err error, lang events.Language) *refusal {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || aboutServer(pg.Code) {
		return nil
	}
	if transient(pg.Code) {
		r := timedOut(lang, pg.Message)
		r.SQLState = pg.Code
		return r
	}
	return &refusal{Reason: reasonSQL, Message: pg.Message, SQLState: pg.Code, Hint: pg.Hint, Position: int(pg.Position)}
}

// timedOut takes what the server said, if it said anything.
func timedOut(lang events.Language, said string) *refusal {
	text := lang.Pick("数据库没能在规定时间内检查这条 SQL", "the database could not check the SQL in time")
	if said != "" {
		text += lang.Pick("：", ": ") + said
	}
	return &refusal{Reason: reasonTimeout, Message: text}
}

// aboutServer reports whether an SQLSTATE means that nothing was decided about
// the statement: lost connections, shutdown, resources used up. Memory is not
// among them, since a statement can use it up by itself.
func aboutServer(code string) bool {
	const outOfMemory = "53200"
	class := code[:min(2, len(code))]
	return class == "08" || class == "57" && code != queryCanceled || class == "53" && code != outOfMemory || class == "58"
}

const queryCanceled = "57014"

// transient reports whether the same statement may pass at another time.
func transient(code string) bool {
	const lockNotAvailable = "55P03"
	return code == queryCanceled || code == lockNotAvailable || strings.HasPrefix(code, "40")
}
