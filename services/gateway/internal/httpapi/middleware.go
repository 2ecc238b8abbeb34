package httpapi

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/trace"
)

const requestIDKey = "request_id"

var goodRequestID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// begin gives a request what every answer needs: an id and a trace, which are
// the caller's own where it sent proper ones, and a language.
func (a *API) begin(c *fiber.Ctx) {
	id := c.Get(fiber.HeaderXRequestID)
	if !goodRequestID.MatchString(id) {
		id = uuid.Must(uuid.NewV7()).String()
	}
	c.Locals(requestIDKey, id)
	c.Set(fiber.HeaderXRequestID, id)
	parent := trace.Continue(string(bytes.Join(c.Request().Header.PeekAll(trace.Header), []byte(","))))
	c.SetUserContext(trace.With(c.UserContext(), parent))
	c.Set(trace.Header, parent)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderCacheControl, "no-store")
	a.negotiator.negotiate(c)
}

// requestID is the id of the request that c is.
func requestID(c *fiber.Ctx) string { return c.Locals(requestIDKey).(string) }

// observe begins the request, writes the answer to its error, and counts and
// logs it. It comes before all other handlers.
func (a *API) observe(c *fiber.Ctx) error {
	start := time.Now()
	a.begin(c)
	if err := a.guarded(c); err != nil {
		if err := a.refuse(c, err); err != nil {
			return err
		}
	}
	a.metrics.observe(c, time.Since(start))
	a.log.Debug("request", zap.String("request_id", requestID(c)), zap.String("method", c.Method()),
		zap.String("path", c.Path()), zap.Int("status", c.Response().StatusCode()), zap.Duration("duration", time.Since(start)))
	return nil
}

// guarded runs the other handlers; a panic of theirs is an error.
func (a *API) guarded(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			a.log.Error("panic", zap.String("request_id", requestID(c)), zap.Any("value", r), zap.ByteString("stack", debug.Stack()))
			err = apierr.New(apierr.InternalError).Because(fmt.Errorf("panic: %v", r))
		}
	}()
	return c.Next()
}

// sameSite refuses changes that a browser sends for a page of another site:
// whoever can open this API in a browser would otherwise lend it to any page.
func sameSite(c *fiber.Ctx) error {
	r := http.Request{Method: c.Method(), Host: string(c.Context().Host()), Header: http.Header{}}
	for _, name := range []string{"Sec-Fetch-Site", "Origin"} {
		if v := c.Get(name); v != "" {
			r.Header.Set(name, v)
		}
	}
	if err := new(http.CrossOriginProtection).Check(&r); err != nil {
		return apierr.New(apierr.CrossOriginRefused).Because(err)
	}
	return c.Next()
}
