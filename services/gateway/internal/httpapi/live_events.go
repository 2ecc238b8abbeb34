package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gofiber/fiber/v2"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/live"
)

// Times of an event stream.
const (
	heartbeat = 10 * time.Second
	findTime  = 5 * time.Second // for the hub to find the streams
	reconnect = 2 * time.Second // what a client waits before it comes back
)

func (a *API) allEvents(c *fiber.Ctx) error { return a.streamEvents(c, "") }

func (a *API) taskEvents(c *fiber.Ctx) error {
	id, err := taskID(c)
	if err != nil {
		return err
	}
	return a.streamEvents(c, id)
}

// streamEvents answers with server-sent events, of one task or of all.
func (a *API) streamEvents(c *fiber.Ctx, task string) error {
	f, from, err := readFollowing(c, task)
	if err != nil {
		return err
	}
	if task != "" {
		if _, err := a.Reads.Reader.Task(c.UserContext(), task); err != nil {
			return err
		}
	}
	start, err := a.start(from)
	if err != nil {
		return err
	}
	w, err := a.Reads.Hub.Follow(start, f)
	if errors.Is(err, live.ErrTooMany) {
		return apierr.New(apierr.TooManyStreams).After(30 * time.Second).Because(err)
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "no-store, no-transform")
	c.Set("X-Accel-Buffering", "no")
	c.Response().SetConnectionClose()
	c.Response().ImmediateHeaderFlush = true
	c.Context().SetBodyStream(a.patient(c, a.newEventStream(w, f, requestID(c))), -1)
	return nil
}

// readFollowing reads what to follow, and from where: nil is from now on.
func readFollowing(c *fiber.Ctx, task string) (live.Filter, *live.Position, error) {
	q := queryOf(c)
	f := live.Filter{TaskID: task, Level: level(q)}
	if v := q.text("types"); v != "" {
		types, err := live.ParseTypes(v)
		if err != nil {
			q.fault("types", apierr.UnknownEventType)
		}
		f.Types = types
	}
	// A browser that comes back sends the header; its address is still the one
	// it began with.
	pointer, v := "?last_event_id", q.text("last_event_id")
	if header := c.Get("Last-Event-ID"); header != "" {
		pointer, v = "header:Last-Event-ID", header
	}
	if v == "" {
		return f, nil, q.err()
	}
	from, err := live.ParsePosition(v)
	if err != nil {
		q.faults = append(q.faults, apierr.Detail{Pointer: pointer, Type: apierr.InvalidPosition})
	}
	return f, &from, q.err()
}

// start is where to begin.
func (a *API) start(from *live.Position) (live.Position, error) {
	if from != nil {
		return *from, nil
	}
	ctx, cancel := context.WithTimeout(a.streaming, findTime)
	defer cancel()
	now, err := a.Reads.Hub.Now(ctx)
	if err != nil {
		return now, apierr.New(apierr.BrokerUnavailable).After(findTime).Because(err)
	}
	return now, nil
}

// eventStream is the body of an event stream. It is read by one goroutine,
// that of its connection.
type eventStream struct {
	api      *API
	follower *live.Follower
	filter   live.Filter
	request  string
	every    time.Duration // between signs of life
	rest     bytes.Buffer  // what is to be sent next
}

func (a *API) newEventStream(w *live.Follower, f live.Filter, request string) *eventStream {
	s := &eventStream{api: a, follower: w, filter: f, request: request, every: a.Reads.Heartbeat}
	if s.every <= 0 {
		s.every = heartbeat
	}
	fmt.Fprintf(&s.rest, "retry: %d\nid: %s\n\n", reconnect.Milliseconds(), w.Position())
	return s
}

// Read waits for the next event, or for the time of the next sign of life.
func (s *eventStream) Read(p []byte) (int, error) {
	if s.rest.Len() == 0 {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	return s.rest.Read(p)
}

func (s *eventStream) Close() error {
	s.follower.Close()
	return nil
}

func (s *eventStream) fill() error {
	ctx, cancel := context.WithTimeout(s.api.streaming, s.every)
	defer cancel()
	i, err := s.follower.Next(ctx)
	switch {
	case err == nil:
		s.write(string(i.Type()), i.JSON)
		return nil
	case s.api.streaming.Err() != nil:
		return io.EOF
	case errors.Is(err, context.DeadlineExceeded):
		// The id alone moves the place from which the client would go on.
		fmt.Fprintf(&s.rest, ": \nid: %s\n\n", s.follower.Position())
		return nil
	case errors.Is(err, live.ErrReset):
		return s.reset(err)
	}
	s.api.log.Info("event stream ends", zap.String("request_id", s.request), zap.Error(err))
	return io.EOF
}

// write sends an event; JSON has no line breaks.
func (s *eventStream) write(event string, data []byte) {
	fmt.Fprintf(&s.rest, "event: %s\nid: %s\ndata: %s\n\n", event, s.follower.Position(), data)
}

// reset tells the client that events are missing, so that it loads anew what it
// shows, and goes on from now.
func (s *eventStream) reset(cause error) error {
	s.api.log.Info("event stream is reset", zap.String("request_id", s.request), zap.Error(cause))
	s.follower.Close()
	now, err := s.api.start(nil)
	if err != nil {
		return io.EOF
	}
	if s.follower, err = s.api.Reads.Hub.Follow(now, s.filter); err != nil {
		return io.EOF
	}
	s.write("reset", []byte(`{"position":"`+now.String()+`"}`))
	return nil
}
