package events

import "errors"

// ErrInvalid is wrapped by everything that this package refuses, in encoding
// and in decoding alike.
var ErrInvalid = errors.New("invalid event")

// The classes of failures say whose turn it is.
const (
	ClassUser     = "user"     // the request asks for something that cannot be
	ClassDatabase = "database" // the business database or the vector store
	ClassModel    = "model"    // the language model
	ClassPlatform = "platform" // this system
)

// Failure says why a step or a task failed.
type Failure struct {
	// ErrorType is a stable identifier in English, such as "table_not_found".
	ErrorType string `json:"error_type"`
	// ErrorClass is one of the classes.
	ErrorClass string `json:"error_class"`
	// Message is a sentence in the task's language that says what to do.
	Message string `json:"message"`
	// Step is where it happened; empty outside any step.
	Step Step `json:"step,omitempty"`
}

func (f Failure) validate() error {
	return check(
		field("error_type", f.ErrorType != "" && len(f.ErrorType) <= 64),
		field("error_class", f.ErrorClass == ClassUser || f.ErrorClass == ClassDatabase ||
			f.ErrorClass == ClassModel || f.ErrorClass == ClassPlatform),
		field("message", f.Message != "" && len(f.Message) <= MaxMessage),
		field("step", f.Step == "" || f.Step.Valid()),
	)
}
