// Package apierr holds everything that the gateway says when it refuses a
// request or cannot carry it out: one row per error type with its HTTP status
// and its sentence in both languages.
package apierr

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/citu/datapipeline/events"
)

// Type is a stable identifier of what is wrong, such as "task_not_found". Every
// Type has a row in the catalogue.
type Type string

// Error is a refusal or a failure as it reaches the caller. It is translated
// once, where the answer is written.
type Error struct {
	Type Type
	// Params fill the verbs of the type's sentence. Those that are Worded are
	// said in its language.
	Params []any
	// Details name each fault of a body or query.
	Details []Detail
	// RetryAfter says when trying again makes sense; 0 where it does not.
	RetryAfter time.Duration
	// Cause is logged and never shown.
	Cause error
}

// Detail is one fault of a request.
type Detail struct {
	// Pointer is the JSON pointer (RFC 6901) of the faulty value in the body, or
	// the name of a query parameter or header behind "?" or "header:".
	Pointer string
	Type    Type
	Params  []any
	// Text is the sentence where somebody else has written it already, in the
	// language of the answer; the type then needs no row in the catalogue.
	Text string
	// Check is what is wrong with SQL; nil for any other fault.
	Check *events.PairCheck
}

// Worded is a parameter that is words.
type Worded interface {
	// In is what it says in a language.
	In(l events.Language) string
}

// New makes an error of a type.
func New(t Type, params ...any) *Error { return &Error{Type: t, Params: params} }

// Invalid makes the error for a request with faults, all of them at once.
func Invalid(details ...Detail) *Error { return &Error{Type: ValidationFailed, Details: details} }

// Because returns e with the cause, which is logged and never shown.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// After returns e with the time after which trying again makes sense.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Status is the HTTP status of the error.
func (e *Error) Status() int {
	if row, ok := catalogue[e.Type]; ok {
		return row.status
	}
	return http.StatusInternalServerError
}

// Message is the sentence for the caller.
func (e *Error) Message(l events.Language) string { return e.Type.message(l, e.Params) }

// Message is the sentence for the caller.
func (d Detail) Message(l events.Language) string {
	if d.Text != "" {
		return d.Text
	}
	return d.Type.message(l, d.Params)
}

// Error is for logs.
func (e *Error) Error() string {
	s := string(e.Type) + ": " + e.Message(events.English)
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is says whether err is or wraps an error of type t.
func Is(err error, t Type) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Type == t
}

func (t Type) message(l events.Language, params []any) string {
	row, ok := catalogue[t]
	if !ok {
		return string(t)
	}
	said := slices.Clone(params)
	for i, p := range said {
		if words, ok := p.(Worded); ok {
			said[i] = words.In(l)
		}
	}
	return fmt.Sprintf(l.Pick(row.zh, row.en), said...)
}
