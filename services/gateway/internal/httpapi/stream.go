package httpapi

import (
	"io"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
)

// patience is how long an answer waits for a caller who takes nothing of it.
const patience = 30 * time.Second

// patient gives up on a caller who takes nothing of a body for a time. The
// server's own limit would count the whole body.
func (a *API) patient(c *fiber.Ctx, body io.ReadCloser) io.ReadCloser {
	limit := a.Reads.Patience
	if limit <= 0 {
		limit = patience
	}
	return &patientBody{body, c.Context().Conn(), limit}
}

type patientBody struct {
	io.ReadCloser
	conn  net.Conn
	limit time.Duration
}

// Read gives the connection a new deadline for what it reads.
func (b *patientBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		return n, err
	}
	return n, b.conn.SetWriteDeadline(time.Now().Add(b.limit))
}

// written is a body that a function writes while it is read; closing it waits
// for the function's end. An error of the function cuts the answer off, so that
// the caller does not take a part for the whole.
type written struct {
	*io.PipeReader
	done chan struct{}
}

func newWritten(write func(io.Writer) error) *written {
	r, w := io.Pipe()
	b := &written{r, make(chan struct{})}
	go func() {
		defer close(b.done)
		_ = w.CloseWithError(write(w)) // never fails
	}()
	return b
}

func (b *written) Close() error {
	err := b.PipeReader.Close()
	<-b.done
	return err
}
