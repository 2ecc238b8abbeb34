package httpapi

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/catalogue"
)

// fiberTypes are the errors that Fiber itself makes.
var fiberTypes = map[int]apierr.Type{
	fiber.StatusNotFound:                    apierr.RouteNotFound,
	fiber.StatusMethodNotAllowed:            apierr.MethodNotAllowed,
	fiber.StatusRequestTimeout:              apierr.RequestTimeout,
	fiber.StatusRequestEntityTooLarge:       apierr.BodyTooLarge,
	fiber.StatusRequestHeaderFieldsTooLarge: apierr.HeadersTooLarge,
	fiber.StatusBadRequest:                  apierr.MalformedRequest,
	fiber.StatusBadGateway:                  apierr.MalformedRequest, // a connection that broke while it was read
}

// ownTypes are the errors of our packages that mean the same in every call. A
// conflict that lasts until the deadline is the broker's, and so are streams and
// buckets that nobody has made yet.
var ownTypes = []struct {
	cause error
	is    apierr.Type
	after time.Duration
}{
	{catalogue.ErrNoExecutor, apierr.NoExecutor, 5 * time.Second},
	{catalogue.ErrExecutor, apierr.ExecutorFailed, 0},
	{broker.ErrUnavailable, apierr.BrokerUnavailable, 2 * time.Second},
	{broker.ErrConflict, apierr.BrokerUnavailable, 2 * time.Second},
	{broker.ErrNotFound, apierr.BrokerUnavailable, 2 * time.Second},
}

// translate makes any error one that the caller may see.
func translate(err error) *apierr.Error {
	if own, ok := errors.AsType[*apierr.Error](err); ok {
		return own
	}
	for _, t := range ownTypes {
		if errors.Is(err, t.cause) {
			return apierr.New(t.is).After(t.after).Because(err)
		}
	}
	if theirs, ok := errors.AsType[*fiber.Error](err); ok {
		if t, ok := fiberTypes[theirs.Code]; ok {
			return apierr.New(t).Because(err)
		}
	}
	return apierr.New(apierr.InternalError).Because(err)
}
