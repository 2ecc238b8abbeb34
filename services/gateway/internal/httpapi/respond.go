package httpapi

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// answer is the body of every answer that succeeds.
type answer struct {
	Success   bool   `json:"success"`
	Code      int    `json:"code"`
	Message   string `json:"message"`
	Data      any    `json:"data"`
	RequestID string `json:"request_id"`
}

// refusal is the body of every answer that does not.
type refusal struct {
	Success   bool        `json:"success"`
	Code      int         `json:"code"`
	Message   string      `json:"message"`
	ErrorType apierr.Type `json:"error_type"`
	Details   []detail    `json:"details"`
	RequestID string      `json:"request_id"`
}

type detail struct {
	Pointer   string            `json:"pointer"`
	ErrorType apierr.Type       `json:"error_type"`
	Message   string            `json:"message"`
	Check     *events.PairCheck `json:"check,omitempty"`
}

// respond writes an answer that succeeds; m is its sentence for people.
func respond(c *fiber.Ctx, status int, m message, data any) error {
	return c.Status(status).JSON(answer{
		Success: true, Code: status, Message: language(c).Pick(m.zh, m.en),
		Data: data, RequestID: requestID(c),
	})
}

// refuse is Fiber's error handler: the one place where an error becomes an
// answer.
func (a *API) refuse(c *fiber.Ctx, err error) error {
	e := translate(err)
	if e.Status() >= fiber.StatusInternalServerError {
		a.log.Error("request failed", zap.String("request_id", requestID(c)), zap.String("path", c.Path()), zap.Error(err))
	}
	if e.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	body := refusal{
		Code: e.Status(), Message: e.Message(language(c)), ErrorType: e.Type,
		Details: []detail{}, RequestID: requestID(c),
	}
	for _, d := range e.Details {
		body.Details = append(body.Details, detail{Pointer: d.Pointer, ErrorType: d.Type, Message: d.Message(language(c)), Check: d.Check})
	}
	return c.Status(body.Code).JSON(body)
}

// marshal is json.Marshal without the escapes for HTML, which make SQL hard to
// read.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
