package dsn

import (
	"errors"
	"strings"

	"github.com/citu/datapipeline/events"
)

// ErrInvalid is what every refusal of a string is, by errors.Is.
var ErrInvalid = errors.New("not a usable PostgreSQL connection string")

// InvalidError is the refusal of a string. It never holds a part of it.
type InvalidError struct{ Reason Reason }

// Error is for logs; Reason.In is for people.
func (e *InvalidError) Error() string {
	return ErrInvalid.Error() + ": " + e.Reason.In(events.English)
}

// Unwrap returns ErrInvalid.
func (e *InvalidError) Unwrap() error { return ErrInvalid }

// Reason is why a string is refused.
type Reason int

// The reasons.
const (
	Malformed Reason = iota
	TooLong
	ForbiddenParameter // it has one that is not allowed
	NoHost
	NoUser
	NoDatabase
)

// ReasonOf is the reason of an error that Parse and the other functions of this
// package return.
func ReasonOf(err error) Reason {
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		return invalid.Reason
	}
	return Malformed
}

// In says in a language what is wrong, and what would be right. It is a part of
// a sentence, without its end.
func (r Reason) In(l events.Language) string {
	switch r {
	case TooLong:
		return l.Sprintf("超过 %d 字节", "it is longer than %d bytes", MaxLength)
	case ForbiddenParameter:
		return l.Sprintf("只能使用参数 %s", "it has a parameter other than %s", strings.Join(allowed, ", "))
	case NoHost:
		return l.Pick("缺少主机（host）", "host is missing")
	case NoUser:
		return l.Pick("缺少用户（user）", "user is missing")
	case NoDatabase:
		return l.Pick("缺少数据库名（dbname）", "dbname is missing")
	}
	return l.Pick("应为 postgres://用户:密码@主机:5432/数据库（密码中的特殊字符写作 %XX），或 host=… port=… user=… password=… dbname=…",
		"expected postgres://user:password@host:5432/database (with special characters of the password as %XX), or host=… port=… user=… password=… dbname=…")
}
