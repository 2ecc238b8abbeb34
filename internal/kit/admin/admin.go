// Package admin serves what operators ask of every service: /livez says that
// the process runs, /readyz whether it has what it needs, /metrics its numbers
// for Prometheus.
package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Limits of one request.
const (
	checkLimit    = 2 * time.Second // of all readiness checks together
	readLimit     = 5 * time.Second
	writeLimit    = 30 * time.Second
	shutdownLimit = 5 * time.Second
)

// Checks are the conditions of readiness by name. A check returns nil when its
// condition holds, and soon after its context has ended.
type Checks = map[string]func(ctx context.Context) error

// Handler answers GET /livez with 200; /readyz with 200 or 503 and
// {"ready": …, "checks": {name: "ok" or "failing"}}, without the reasons, which
// may be nobody's business; and /metrics.
func Handler(checks Checks, registry *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, map[string]bool{"live": true}) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { ready(w, r, checks) })
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

type readiness struct {
	Ready  bool              `json:"ready"`
	Checks map[string]string `json:"checks"`
}

func ready(w http.ResponseWriter, r *http.Request, checks Checks) {
	answer, status := readiness{Ready: true, Checks: map[string]string{}}, http.StatusOK
	for name, err := range runChecks(r.Context(), checks) {
		answer.Checks[name] = "ok"
		if err != nil {
			answer.Ready, answer.Checks[name], status = false, "failing", http.StatusServiceUnavailable
		}
	}
	reply(w, status, answer)
}

// runChecks runs all checks at once.
func runChecks(ctx context.Context, checks Checks) map[string]error {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		results = make(map[string]error, len(checks))
	)
	for name, check := range checks {
		wg.Go(func() {
			err := check(ctx)
			mu.Lock()
			defer mu.Unlock()
			results[name] = err
		})
	}
	wg.Wait()
	return results
}

// reply ignores a failed write: the client has gone.
func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// Server is a listener for Handler.
type Server struct {
	addr    string
	handler http.Handler
	bound   chan string
}

// New makes a server on a TCP address (":9090"); with an empty address it
// listens nowhere.
func New(addr string, checks Checks, registry *prometheus.Registry) *Server {
	return &Server{addr: addr, handler: Handler(checks, registry), bound: make(chan string, 1)}
}

// Bound delivers the address once Run listens: with port 0 the system chose it.
func (s *Server) Bound() <-chan string { return s.bound }

// Run serves until ctx ends, then lets running requests finish for up to 5 s.
// It fails when the address cannot be had. Call it once.
func (s *Server) Run(ctx context.Context) error {
	if s.addr == "" {
		<-ctx.Done()
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.addr)
	if err != nil {
		return err
	}
	s.bound <- listener.Addr().String()
	server := &http.Server{Handler: s.handler, ReadTimeout: readLimit, WriteTimeout: writeLimit, IdleTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	return shutdown(server, failed)
}

func shutdown(server *http.Server, served <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}
