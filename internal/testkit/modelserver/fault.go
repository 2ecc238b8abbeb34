package modelserver

import (
	"encoding/json"
	"net/http"
	"strconv"
	"unicode/utf8"
)

// Fault spoils the answer to one request. reply asks the answer function.
type Fault func(s *Server, w http.ResponseWriter, r *http.Request, reply func() Reply)

// spoil is a fault of what the model says.
func spoil(change func(*Reply)) Fault {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request, reply func() Reply) {
		spoilt := reply()
		change(&spoilt)
		spoilt.write(w)
	}
}

var (
	// Truncated ends the answer in its middle, as when the model reaches its
	// limit of tokens.
	Truncated Fault = spoil(func(r *Reply) {
		cut := len(r.Content) / 2
		for cut > 0 && !utf8.RuneStart(r.Content[cut]) {
			cut--
		}
		r.Content, r.FinishReason = r.Content[:cut], "length"
	})
	// Fenced puts the answer into a Markdown code block.
	Fenced Fault = spoil(func(r *Reply) { r.Content = "Here you are:\n\n```json\n" + r.Content + "\n```\nAnything else?" })
	// Thinking puts a <think> block with braces in it before the answer.
	Thinking Fault = spoil(func(r *Reply) {
		r.Content = "<think>\nThe user wants {\"themes\": …}. Perhaps [1] or {}?\n</think>\n\n" + r.Content
	})
	// Empty answers without any text.
	Empty Fault = spoil(func(r *Reply) { r.Content = "" })
	// Uncounted answers without usage.
	Uncounted Fault = func(_ *Server, w http.ResponseWriter, _ *http.Request, reply func() Reply) {
		body := reply().body()
		delete(body, "usage")
		write(w, http.StatusOK, body)
	}
	// Hanging answers nothing until the client gives up.
	Hanging Fault = func(s *Server, _ http.ResponseWriter, r *http.Request, _ func() Reply) {
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
	}
	// Broken closes the connection in the middle of the response.
	Broken Fault = func(_ *Server, w http.ResponseWriter, _ *http.Request, reply func() Reply) {
		body, _ := json.Marshal(reply().body())
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	}
)

// Page answers with a page for people, as a portal in between does.
var Page Fault = func(_ *Server, w http.ResponseWriter, _ *http.Request, _ func() Reply) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<html><body>Please log in.</body></html>"))
}

// Redirecting sends the client elsewhere.
func Redirecting(location string, status int) Fault {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request, _ func() Reply) {
		w.Header().Set("Location", location)
		w.WriteHeader(status)
	}
}

// RateLimited answers 429 with a Retry-After header: seconds, an HTTP date, or
// "" for none.
func RateLimited(retryAfter string) Fault {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request, _ func() Reply) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		refuse(w, http.StatusTooManyRequests, "Rate limit reached for requests")
	}
}

// Status answers with an HTTP status and an error that says message.
func Status(status int, message string) Fault {
	return func(_ *Server, w http.ResponseWriter, _ *http.Request, _ func() Reply) { refuse(w, status, message) }
}

// Saying replaces what the model says once.
func Saying(content string) Fault { return spoil(func(r *Reply) { r.Content = content }) }

// Refusal is how an endpoint refuses a response_format.
type Refusal func(http.ResponseWriter)

// The refusals of known endpoints.
var (
	RefusalOpenAI Refusal = func(w http.ResponseWriter) {
		refuse(w, http.StatusBadRequest, "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.")
	}
	RefusalDeepSeek Refusal = func(w http.ResponseWriter) {
		write(w, http.StatusBadRequest, map[string]any{"error": map[string]any{
			"message": "This response_format type is unavailable now", "type": "invalid_request_error",
			"param": nil, "code": "invalid_request_error",
		}})
	}
	RefusalVLLM Refusal = func(w http.ResponseWriter) {
		write(w, http.StatusBadRequest, map[string]any{
			"object": "error", "type": "BadRequestError", "param": nil, "code": 400,
			"message": "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}]",
		})
	}
	RefusalOllama Refusal = func(w http.ResponseWriter) {
		write(w, http.StatusBadRequest, map[string]any{"error": map[string]any{
			"message": "invalid JSON schema in format", "type": "invalid_request_error", "param": nil, "code": nil,
		}})
	}
)
