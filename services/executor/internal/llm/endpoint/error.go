package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"unicode"

	"github.com/citu/datapipeline/events"
)

var errNotObject = errors.New("not a JSON object")

// reservedError names a field that may not be among the extra ones.
type reservedError string

func (e reservedError) Error() string {
	return fmt.Sprintf("the field %q is set by the program", string(e))
}

// Error is why an endpoint gave no answer.
type Error struct {
	Cause
	// Message is what the endpoint said or how it was not reached, on one line
	// of bounded length, without the key and without what it repeats of the
	// request.
	Message string

	page bool // for people to read, as of a portal or a proxy
}

func (e *Error) Error() string {
	text := e.Message
	if e.Status != 0 {
		text = fmt.Sprintf("HTTP %d: %s", e.Status, text)
	}
	if e.Wait > 0 {
		text += "; " + e.why(events.English, "")
	}
	return text
}

// Refused says that the endpoint does not take the request as it is.
func (e *Error) Refused() bool {
	return e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity || e.Status == http.StatusRequestEntityTooLarge
}

// Hopeless says that no other request will fare better: the key, the model or
// the address is wrong, as a page or a redirection shows too, no money is left, or the endpoint asks to wait for
// longer than anybody does.
func (e *Error) Hopeless() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
		return true
	}
	return e.Quota || e.Wait > 0 || e.elsewhere()
}

// elsewhere says that what answered is no endpoint.
func (e *Error) elsewhere() bool {
	return e.page || e.Status >= 300 && e.Status < http.StatusBadRequest
}

// passing says that the same request may fare better later.
func (e *Error) passing() bool {
	switch e.Status {
	case 0, http.StatusOK, http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return !e.Quota && !e.page
	}
	return e.Status >= http.StatusInternalServerError
}

// outcome is the error's label in metrics.
func (e *Error) outcome() string {
	switch {
	case e.Timeout:
		return "timeout"
	case e.Status == 0:
		return "unreachable"
	case e.Status == http.StatusOK:
		return "malformed"
	case e.Status == http.StatusTooManyRequests:
		return "rate_limited"
	case e.Status >= http.StatusInternalServerError:
		return "server_error"
	}
	return "refused"
}

// fault makes an Error of what the client library returned.
func (e *Endpoint) fault(err error, response *http.Response) *Error {
	var network net.Error
	switch {
	case response != nil && response.StatusCode >= http.StatusBadRequest:
		body, _ := io.ReadAll(io.LimitReader(response.Body, maxError)) // the library keeps it in memory
		return &Error{Cause: Cause{Status: response.StatusCode, Quota: bytes.Contains(body, []byte("insufficient_quota"))}, Message: e.clean(said(body))}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return &Error{Cause: Cause{Timeout: true}, Message: fmt.Sprintf("no response within %s", e.cfg.Timeout)}
	case response != nil:
		return &Error{
			Cause: Cause{Status: response.StatusCode}, Message: e.clean("response not understood: " + err.Error()),
			page: strings.HasPrefix(response.Header.Get("Content-Type"), "text/html"),
		}
	}
	return &Error{Message: e.clean(err.Error())}
}

const (
	// maxError bounds what is read of an error's body.
	maxError = 64 << 10
	// maxMessage bounds a message, in characters.
	maxMessage = 300
)

// said is the message in the body of an error, in any of the usual forms.
func said(body []byte) string {
	var told struct {
		Error   json.RawMessage
		Message string
		Detail  json.RawMessage
	}
	if json.Unmarshal(body, &told) != nil {
		return string(body)
	}
	var nested struct{ Message string }
	var plain string
	switch {
	case json.Unmarshal(told.Error, &nested) == nil && nested.Message != "":
		return nested.Message
	case json.Unmarshal(told.Error, &plain) == nil && plain != "":
		return plain
	case told.Message != "":
		return told.Message
	case told.Detail != nil:
		return string(told.Detail)
	}
	return string(body)
}

// clean takes the key out of a text, and cuts it to a line.
func (e *Endpoint) clean(text string) string {
	if e.cfg.Key != "" {
		text = strings.ReplaceAll(text, e.cfg.Key, "***")
	}
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar }), " ")
	if runes := []rune(text); len(runes) > maxMessage {
		text = string(runes[:maxMessage]) + "…"
	}
	return text
}
