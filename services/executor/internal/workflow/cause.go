package workflow

import "errors"

// Why work on a request stops before it is done.
var (
	// The request is closed by this attempt:
	errCancelled = errors.New("the request was cancelled")
	errTimeLimit = errors.New("the request reached its time limit")

	// It goes on elsewhere, or not at all; this attempt says nothing more:
	errShutdown   = errors.New("the executor is shutting down")
	errSuperseded = errors.New("a newer attempt owns the task")
	errClosed     = errors.New("somebody else closed the request")
	errDeleted    = errors.New("the task was deleted")
	errUnknown    = errors.New("the stream does not hold the task's creation any more")
)

// settlement is what becomes of the message that brought a request.
type settlement int

const (
	settled  settlement = iota // done with: acknowledge it
	handedOn                   // another executor shall have it now
	left                       // somebody is on it: leave it alone
)

// settle returns what becomes of the message when work ended for a cause.
func settle(cause error) settlement {
	switch {
	case errors.Is(cause, errDeleted), errors.Is(cause, errClosed), errors.Is(cause, errUnknown):
		return settled
	case errors.Is(cause, errShutdown):
		return handedOn
	}
	return left
}
