package mask

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/events"
)

// Error is the error of a statement as it may be told: where the server sent it,
// what Refusal makes of it, else err.
func (m *Masker) Error(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return m.Refusal(e, "")
	}
	return err
}

// Refusal is an error of the server without what it says of rows. Its message
// and its hint keep, of what they quote, the names of the schema and what stands
// in sql, where whoever wrote that has it from. Of what a function says by
// itself nothing stays. Details and contexts, which quote whole rows, are left
// out.
func (m *Masker) Refusal(e *pgconn.PgError, sql string) *pgconn.PgError {
	if m.mode == events.MaskOff {
		return e
	}
	told := *e
	told.Detail, told.Where, told.InternalQuery = "", "", ""
	if isSpoken(e) {
		told.Message, told.Hint = blank, ""
		return &told
	}
	told.Message, told.Hint = refusal{e, sql}.tell(e.Message), refusal{e, sql}.tell(e.Hint)
	return &told
}

// isSpoken says that a function chose the words: RAISE with whatever SQLSTATE,
// and exceptions of other languages.
func isSpoken(e *pgconn.PgError) bool {
	return e.Routine == "exec_stmt_raise" || isOf(e, "P0", "38", "39") || isOf(e, "XX") && e.Where != ""
}

// quotesData says that what a message quotes may be of a row: it is about data,
// comes from within a function, which may make SQL of data, or points to no
// place in the statement, since parsing and analysis do and what meets rows does
// not.
func quotesData(e *pgconn.PgError) bool {
	const notInRepertoire, untranslatable = "22021", "22P05" // these quote encodings
	if e.Code == notInRepertoire || e.Code == untranslatable {
		return false
	}
	return isOf(e, "22", "23") || e.Where != "" || e.InternalQuery != "" || e.Position == 0
}

func isOf(e *pgconn.PgError, classes ...string) bool {
	return slices.ContainsFunc(classes, func(c string) bool { return strings.HasPrefix(e.Code, c) })
}

type refusal struct {
	*pgconn.PgError
	sql string
}

// quoted matches what the server quotes, in whatever language it speaks.
var quoted = regexp.MustCompile(`["“„«»「]([^"“”„«»「」]*)["”“«»」]`)

const quotes = `"“”„«»「」`

// tell masks all from the first quotation that may be of a row to the end of the
// last one, since a value may hold quotes itself.
func (r refusal) tell(message string) string {
	if quotesData(r.PgError) {
		for _, at := range quoted.FindAllStringSubmatchIndex(message, -1) {
			if !r.mayQuote(message[at[2]:at[3]]) {
				last := strings.LastIndexAny(message, quotes)
				_, size := utf8.DecodeRuneInString(message[last:])
				message = message[:at[0]] + `"` + blank + `"` + message[last+size:]
				break
			}
		}
	}
	return Text(message)
}

func (r refusal) mayQuote(part string) bool {
	names := []string{r.SchemaName, r.TableName, r.ColumnName, r.DataTypeName, r.ConstraintName}
	return part != "" && (slices.Contains(names, part) || strings.Contains(strings.ToLower(r.sql), strings.ToLower(part)))
}
