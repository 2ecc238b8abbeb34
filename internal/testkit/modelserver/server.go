// Package modelserver is a scripted OpenAI-compatible endpoint for tests: chat
// completions and embeddings over real HTTP on loopback, with the faults that
// real endpoints have. It is for _test.go files alone.
//
// Answers come from a function; faults queue up and each spoils one request:
//
//	server := modelserver.New(t)
//	server.Answer(func(r modelserver.Request) modelserver.Reply {
//		return modelserver.JSON(map[string]any{"themes": themes(r.User())})
//	})
//	server.Fault(modelserver.RateLimited("2"), modelserver.Truncated)
package modelserver

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

const (
	// Key is the API key that the server asks for. Any other is refused with
	// 401 and, as real endpoints do, repeated in the message.
	Key = "sk-test-3c1e9a7750d64b0d"
	// Model is the name of the model in answers; any may be asked for.
	Model = "scripted-1"
	// maxBody bounds a request.
	maxBody = 8 << 20
)

// Server is a scripted endpoint. Its methods may be called at any time.
type Server struct {
	http   *httptest.Server
	closed chan struct{}

	mu         sync.Mutex
	answer     func(Request) Reply
	faults     []Fault
	embedding  []Fault
	refused    map[string]Refusal
	batchLimit int
	dimension  int
	requests   []Request
	inFlight   int
	most       int
}

// New starts a server that ends with the test. Until Answer is called it
// answers every chat with {}; embeddings have 64 dimensions and no batch limit.
func New(tb testing.TB) *Server {
	tb.Helper()
	s := &Server{
		closed: make(chan struct{}), refused: map[string]Refusal{}, dimension: 64,
		answer: func(Request) Reply { return Text("{}") },
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.serve(s.chat))
	mux.HandleFunc("POST /v1/embeddings", s.serve(s.embed))
	s.http = httptest.NewServer(mux)
	tb.Cleanup(func() {
		close(s.closed)
		s.http.Close()
	})
	return s
}

// URL is the base URL that clients are configured with; it ends in /v1.
func (s *Server) URL() string { return s.http.URL + "/v1" }

// Answer sets the function that answers chats. It is called by several
// goroutines at once when the client asks so.
func (s *Server) Answer(fn func(Request) Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = fn
}

// Fault queues faults for chats. The next request meets the first of them, the
// one after it the second, and so on; nil is none.
func (s *Server) Fault(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// FaultEmbedding queues faults for embeddings.
func (s *Server) FaultEmbedding(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.embedding = append(s.embedding, faults...)
}

// Refuse makes the server refuse a response_format ("json_schema" or
// "json_object") from now on, as a kind of endpoint does.
func (s *Server) Refuse(format string, as Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused[format] = as
}

// Requests are the requests seen so far, in the order of their arrival, those
// that met a fault included.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// MostAtOnce is the largest number of requests that were under way together.
func (s *Server) MostAtOnce() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// serve reads and records a request, and answers it unless the key is wrong.
func (s *Server) serve(next func(http.ResponseWriter, *http.Request, Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.count(1)
		defer s.count(-1)
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			refuse(w, http.StatusRequestEntityTooLarge, "request too large")
			return
		}
		request, err := parse(r, body)
		s.mu.Lock()
		s.requests = append(s.requests, request)
		s.mu.Unlock()
		switch given := r.Header.Get("Authorization"); {
		case given != "Bearer "+Key:
			refuse(w, http.StatusUnauthorized, "Incorrect API key provided: "+given+".")
		case err != nil:
			refuse(w, http.StatusBadRequest, "request is not understood: "+err.Error())
		default:
			next(w, r, request)
		}
	}
}

func (s *Server) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight += n
	s.most = max(s.most, s.inFlight)
}

// chat answers a chat completion.
func (s *Server) chat(w http.ResponseWriter, r *http.Request, request Request) {
	s.mu.Lock()
	answer, refusal := s.answer, s.refused[request.Format]
	var fault Fault
	if refusal == nil {
		fault, s.faults = take(s.faults)
	}
	s.mu.Unlock()
	switch {
	case refusal != nil:
		refusal(w)
	case fault != nil:
		fault(s, w, r, func() Reply { return answer(request) })
	default:
		answer(request).write(w)
	}
}

// take removes the first fault of a queue.
func take(queue []Fault) (Fault, []Fault) {
	if len(queue) == 0 {
		return nil, nil
	}
	return queue[0], queue[1:]
}

// refuse answers with an error as the endpoint of OpenAI gives it.
func refuse(w http.ResponseWriter, status int, message string) {
	write(w, status, map[string]any{"error": map[string]any{
		"message": message, "type": "invalid_request_error", "param": nil, "code": nil,
	}})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone is its own matter
}
