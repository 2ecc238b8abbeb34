package steps

import (
	"fmt"

	"github.com/citu/datapipeline/events"
)

// Error is a failure as the people who started the task read it.
type Error struct {
	// Type is a stable identifier, snake_case English: "table_not_found".
	Type string
	// Class says whose turn it is: events.ClassUser, ClassDatabase, ClassModel
	// or ClassPlatform.
	Class string
	// Message is a sentence in the task's language that says what to do. It
	// holds no secret.
	Message string
	// Err is the cause, for errors.Is and the service's log.
	Err error
}

// Fail makes an *Error. The message is fmt-formatted already, usually by
// Language.Sprintf.
func Fail(class, errorType, message string, cause error) *Error {
	return &Error{Type: errorType, Class: class, Message: message, Err: cause}
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Type, e.Message)
	}
	return fmt.Sprintf("%s: %s: %v", e.Type, e.Message, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Failure is e as events carry it.
func (e *Error) Failure(step events.Step) events.Failure {
	return events.Failure{ErrorType: e.Type, ErrorClass: e.Class, Message: e.Message, Step: step}
}
