package mask

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/events"
)

func TestMessagesOfTheServerAreToldWithoutValues(t *testing.T) {
	const function = "PL/pgSQL function f() line 3 at EXECUTE"
	for _, test := range []struct {
		about string
		e     pgconn.PgError
		sql   string
		want  string
	}{
		{"a cast", pgconn.PgError{Code: "22P02", Message: `invalid input syntax for type integer: "Zaphod"`}, "SELECT a::int FROM t", `invalid input syntax for type integer: "***"`},
		{"a literal", pgconn.PgError{Code: "22P02", Message: `invalid input syntax for type date: "soon"`}, "SELECT 'soon'::date", `invalid input syntax for type date: "soon"`},
		{"a value with quotes", pgconn.PgError{Code: "22003", Message: `value "Zaphod "the" Third" is out of range for type integer`}, "", `value "***" is out of range for type integer`},
		{"an empty value beside another", pgconn.PgError{Code: "22007", Message: `invalid value "" for "Zaphod"`}, "", `invalid value "***"`},
		{"other languages' quotes", pgconn.PgError{Code: "22P02", Message: `ungültige Eingabesyntax für Typ integer: »Zaphod«`}, "", `ungültige Eingabesyntax für Typ integer: "***"`},
		{"Chinese quotes", pgconn.PgError{Code: "22P02", Message: `无效的类型 integer 输入语法: “Zaphod”`}, "", `无效的类型 integer 输入语法: "***"`},
		{"names of a constraint", pgconn.PgError{Code: "23514", Message: `value for domain adult violates check constraint "adult_check"`, ConstraintName: "adult_check"}, "", `value for domain adult violates check constraint "adult_check"`},
		{"a duplicate key", pgconn.PgError{Code: "23505", Message: `duplicate key value violates unique constraint "guest_pkey"`, Detail: "Key (name)=(Zaphod) already exists.", ConstraintName: "guest_pkey"}, "", `duplicate key value violates unique constraint "guest_pkey"`},
		{"encodings", pgconn.PgError{Code: "22021", Message: `invalid byte sequence for encoding "UTF8": 0x00`}, "", `invalid byte sequence for encoding "UTF8": 0x00`},
		{"an exception", pgconn.PgError{Code: "P0001", Message: "row of Zaphod", Hint: "call Zaphod"}, "", "***"},
		{"an exception with a code", pgconn.PgError{Code: "42501", Message: "Zaphod may not", Routine: "exec_stmt_raise"}, "", "***"},
		{"another language's exception", pgconn.PgError{Code: "38000", Message: "ValueError: Zaphod"}, "", "***"},
		{"SQL made of data", pgconn.PgError{Code: "42703", Message: `column "Zaphod" does not exist`, Where: function}, "", `column "***" does not exist`},
		{"an error that points nowhere", pgconn.PgError{Code: "42601", Message: `syntax error in tsquery: "Zaphod Beeblebrox"`}, "SELECT name::tsquery FROM t", `syntax error in tsquery: "***"`},
		{"a name as the server folds it", pgconn.PgError{Code: "55P03", Message: `could not obtain lock on relation "guest"`}, "SELECT * FROM Guest", `could not obtain lock on relation "guest"`},
		{"names", pgconn.PgError{Position: 15, Code: "42P01", Message: `relation "guest" does not exist`, Hint: `Perhaps "guests"`}, "", `relation "guest" does not exist Perhaps "guests"`},
		{"an address as a name", pgconn.PgError{Position: 8, Code: "42703", Message: `column "a@b.cn" of "t" does not exist`}, "", `column "***@***.com" of "t" does not exist`},
	} {
		told := New("").Refusal(&test.e, test.sql)
		got := told.Message
		if told.Hint != "" {
			got += " " + told.Hint
		}
		if got != test.want || told.Detail+told.Where+told.InternalQuery != "" || told.Code != test.e.Code {
			t.Errorf("%s: %s, want %s; %+v", test.about, got, test.want, told)
		}
		if open := New(events.MaskOff).Refusal(&test.e, test.sql); open.Message != test.e.Message {
			t.Errorf("%s, without masking: %s", test.about, open.Message)
		}
	}
}

func TestErrorsOfOthersAreToldAsTheyAre(t *testing.T) {
	gone := errors.New("gone")
	if err := New("").Error(gone); !errors.Is(err, gone) {
		t.Error(err)
	}
	server := fmt.Errorf("sample t: %w", &pgconn.PgError{Severity: "ERROR", Code: "22P02", Message: `no number: "Zaphod"`})
	if err := New("").Error(server); err.Error() != `ERROR: no number: "***" (SQLSTATE 22P02)` {
		t.Error(err)
	}
}
