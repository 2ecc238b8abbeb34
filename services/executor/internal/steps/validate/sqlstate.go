package validate

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// SQLSTATEs that are told from others of their class.
const (
	syntaxError       = "42601"
	undefinedFunction = "42883"
	protocolViolation = "08P01"
	queryCanceled     = "57014"
	lockNotAvailable  = "55P03"
	outOfMemory       = "53200"
	limitExceeded     = "53400" // of temporary files
	programLimit      = "54000" // a value that is longer than any may be
	internalError     = "XX000"
)

// statementCodes say that a text is not one reading statement.
var statementCodes = set(
	"42601",          // syntax, and several statements
	"42P02",          // undefined parameter
	"42P11",          // no query for a cursor
	"54001",          // too complex to parse
	"22021", "22P05", // characters
)

// nameCodes say that something a statement names is not there for this role. A
// name that could mean several things is none that resolves.
var nameCodes = set(
	"42703", "42P01", "42704", // column, table, type or other object
	"3F000", "3D000", // schema, database
	"42702", "42725", "42P09", "42712", // ambiguous column, function, alias; one alias twice
	"42501", // no privilege
)

// rungOf is the rung at which the server's error before a statement runs
// refuses it.
func (all functions) rungOf(pg *pgconn.PgError, sql string) string {
	switch {
	case statementCodes[pg.Code], pg.Routine == "transformDeclareCursorStmt":
		return events.RungStatement
	case nameCodes[pg.Code]:
		return events.RungNames
	case pg.Code == undefinedFunction && pg.Routine != "op_error":
		// A function of that name for other types is no unknown name.
		name := nameAt(sql, int(pg.Position))
		if _, known := all[name]; name != "" && !known {
			return events.RungNames
		}
	}
	return events.RungPlan
}

// nameAt is the last part of the name at a position in characters from 1, or "".
func nameAt(sql string, position int) (name string) {
	tokens, _ := sqltext.Scan(sql)
	at, inside := 1, false
	for _, t := range tokens {
		inside = inside || at == position
		at += utf8.RuneCountInString(t.Text)
		if !inside || t.Blank() || t.Is(".") {
			continue
		}
		part, ok := t.Name()
		if !ok {
			return name
		}
		name = part
	}
	return name
}

// aboutServer reports whether an error decides nothing about a text: a lost
// connection, a shutdown, connections or disks used up. Memory and temporary files are not
// among them, since a statement can use them up by itself.
func aboutServer(err error) bool {
	if err == nil {
		return false
	}
	if _, ok := errors.AsType[refusedError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*pgproto3.ExceededMaxBodyLenErr](err); ok {
		return false
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return true
	}
	if lacksParameters(pg) {
		return false
	}
	if fatal(pg) {
		return true
	}
	return strings.HasPrefix(pg.Code, "53") && pg.Code != outOfMemory && pg.Code != limitExceeded
}

// fatal reports whether the session ended with the error. One of the same class
// in a session that goes on is of the statement: a foreign table's server could
// not be reached, a file of the table could not be read.
func fatal(pg *pgconn.PgError) bool {
	return slices.Contains([]string{"FATAL", "PANIC"}, cmp.Or(pg.SeverityUnlocalized, pg.Severity))
}

// overLimits reports whether a text wants more than the server has, or more
// than a value can hold.
func overLimits(pg *pgconn.PgError) bool {
	switch pg.Code {
	case outOfMemory, limitExceeded, programLimit:
		return true
	case internalError: // never translated
		return strings.HasPrefix(pg.Message, "invalid memory alloc request size")
	}
	return false
}

// lacksParameters reports whether the server wants values for $1 and so on.
func lacksParameters(pg *pgconn.PgError) bool {
	return pg.Code == protocolViolation && pg.Routine == "exec_bind_message"
}

// transient reports whether the same statement may pass at another time.
func transient(code string) bool {
	return code == queryCanceled || code == lockNotAvailable || strings.HasPrefix(code, "40")
}

// outside reports whether the fault lies beyond the database, where no other
// text helps: a foreign server, a file, a system.
func outside(code string) bool {
	return slices.ContainsFunc([]string{"08", "58", "HV"}, func(class string) bool { return strings.HasPrefix(code, class) })
}

// severalStatements reports whether the server's parser found more than one.
func severalStatements(pg *pgconn.PgError) bool {
	return pg.Code == syntaxError && pg.Routine == "exec_parse_message"
}
