package httpapi

import (
	"cmp"
	"context"
	"mime"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
)

// defaultTimeout leaves an executor its time to answer.
const defaultTimeout = 8 * time.Second

// deadline is the context of an ordinary call. It outlives the beginning of the
// API's stop, so that what was begun is finished.
func (a *API) deadline(c *fiber.Ctx) (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.UserContext(), cmp.Or(a.Timeout, defaultTimeout))
}

// taskID is the task that the address names, by a proper id.
func taskID(c *fiber.Ctx) (string, error) {
	id := c.Params("id")
	if !events.ValidTaskID(id) {
		return "", apierr.New(apierr.InvalidTaskID)
	}
	return id, nil
}

// actor is who asks. Everybody is "api" as long as nobody has to say who it is.
func actor(*fiber.Ctx) string { return "api" }

// bounded refuses bodies that are too large, and compressed ones, which only
// show their size when they are unpacked.
func bounded(c *fiber.Ctx) error {
	if coding := c.Get(fiber.HeaderContentEncoding); coding != "" && coding != "identity" {
		return apierr.New(apierr.UnsupportedEncoding)
	}
	if len(c.BodyRaw()) > maxBody {
		return apierr.New(apierr.BodyTooLarge)
	}
	return c.Next()
}

// body reads the JSON body, which may be absent.
func body(c *fiber.Ctx) (*jsonbody.Object, error) {
	raw := c.BodyRaw()
	if len(raw) > 0 && mediaType(c) != fiber.MIMEApplicationJSON {
		return nil, apierr.New(apierr.UnsupportedMediaType, fiber.MIMEApplicationJSON)
	}
	return jsonbody.Parse(raw)
}

// mediaType is the Content-Type without parameters; "" for another charset
// than UTF-8, and for none.
func mediaType(c *fiber.Ctx) string {
	t, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	if charset, given := params["charset"]; err != nil || given && !strings.EqualFold(charset, "utf-8") {
		return ""
	}
	return t
}

// flag reads a query parameter that is true or false, false by default.
func (q *query) flag(name string) bool {
	text := q.text(name)
	if text == "" {
		return false
	}
	v, err := strconv.ParseBool(text)
	if err != nil {
		q.fault(name, apierr.NotOneOf, "true, false")
	}
	return v
}
