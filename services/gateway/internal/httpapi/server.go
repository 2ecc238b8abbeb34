// Package httpapi is the HTTP interface of the data pipeline. openapi.yaml in
// this folder describes it.
package httpapi

import (
	"context"
	_ "embed"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
)

// Prefix is what the path of every call begins with.
const Prefix = "/api/v0/data_pipeline"

// Limits of a request. The body's is that of an upload with its envelope. One
// beyond twice that is refused before it is read, which not every client takes
// notice of while it still sends.
const (
	maxBody      = 3 << 20
	maxHeaders   = 16 << 10
	readTimeout  = 30 * time.Second
	writeTimeout = time.Minute // streams set their own
	idleTimeout  = 2 * time.Minute
	drain        = 20 * time.Second
)

//go:embed openapi.yaml
var openAPI []byte

// Options are what an API is made of.
type Options struct {
	Log      *zap.Logger
	Metrics  prometheus.Registerer
	Language events.Language // where the caller asks for none
	// Health answers /livez, /readyz and /metrics.
	Health http.Handler

	Writes
	Reads
}

// API serves the HTTP interface.
type API struct {
	Options
	log        *zap.Logger
	app        *fiber.App
	negotiator negotiator
	metrics    metrics
	// streaming ends when the API begins to stop: whatever answers for longer
	// than a moment ends with it.
	streaming context.Context
	stop      context.CancelFunc
}

// New makes an API that serves nothing yet.
func New(o Options) *API {
	a := &API{Options: o, log: o.Log, negotiator: newNegotiator(o.Language), metrics: newMetrics(o.Metrics)}
	a.streaming, a.stop = context.WithCancel(context.Background())
	a.app = fiber.New(fiber.Config{
		AppName: "datapipeline", DisableStartupMessage: true,
		Immutable: true, UnescapePath: true, CaseSensitive: true,
		BodyLimit: 2 * maxBody, ReadBufferSize: maxHeaders, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		JSONEncoder: marshal, ErrorHandler: a.lastResort, DisablePreParseMultipartForm: true,
	})
	a.app.Use(a.observe)
	a.routes()
	return a
}

func (a *API) routes() {
	health := adaptor.HTTPHandler(detached(a.Health))
	for _, path := range []string{"/livez", "/readyz", "/metrics"} {
		a.app.Get(path, health)
	}
	a.app.Get("/openapi.yaml", func(c *fiber.Ctx) error {
		return c.Type("yaml").Send(openAPI)
	})
	calls := a.app.Group(Prefix, sameSite, bounded)
	a.routeWrites(calls)
	a.routeReads(calls)
}

// detached gives a handler a context of its own. That of the server under Fiber
// cannot be watched while the server ends.
func detached(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(context.Background()))
	})
}

// lastResort answers requests that fail before any handler sees them.
func (a *API) lastResort(c *fiber.Ctx, err error) error {
	a.begin(c)
	return a.refuse(c, err)
}

// Serve answers on the listener until ctx ends, then lets the requests in hand
// come to their end. It closes the listener.
func (a *API) Serve(ctx context.Context, l net.Listener) error {
	served := make(chan error, 1)
	go func() { served <- a.app.Listener(l) }()
	select {
	case err := <-served:
		a.stop()
		return err
	case <-ctx.Done():
	}
	a.stop()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := a.app.ShutdownWithContext(last)
	_ = l.Close() // where the server had not begun to accept, it does not know it yet
	return errors.Join(err, <-served)
}
