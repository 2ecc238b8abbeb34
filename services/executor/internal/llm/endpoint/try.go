package endpoint

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	// maxTries is how often one request is sent; maxTimeouts how many of these
	// may get no response in time.
	maxTries    = 5
	maxTimeouts = 2
	// totalTimeouts bounds a request with all its retries.
	totalTimeouts = 5
	// maxWait bounds the wait before a retry, whatever the endpoint says.
	maxWait = time.Minute
	// firstWait is the wait before the first retry, if the endpoint says
	// nothing; it doubles from retry to retry.
	firstWait = 500 * time.Millisecond
)

// try sends a request until it is answered or no retry is left. The error is an
// *Error, or ctx's.
func (e *Endpoint) try(ctx context.Context, kind string, send func(context.Context, **http.Response) error) error {
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	total, cancel := context.WithTimeout(ctx, totalTimeouts*e.cfg.Timeout)
	defer cancel()
	timeouts := 0
	for n := 1; ; n++ {
		header, fault := e.once(total, kind, send)
		switch {
		case fault == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case fault.Timeout:
			timeouts++
		}
		if !fault.passing() || n == maxTries || timeouts == maxTimeouts {
			return fault
		}
		if e.wait(total, pauseFor(header, n, time.Now())) != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fault
		}
	}
}

// once sends a request once, and returns the header of the response, if any.
func (e *Endpoint) once(ctx context.Context, kind string, send func(context.Context, **http.Response) error) (http.Header, *Error) {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.Timeout)
	defer cancel()
	began := time.Now()
	var response *http.Response
	err := send(ctx, &response)
	var fault *Error
	switch {
	case err == nil:
	case errors.As(err, &fault):
	default:
		fault = e.fault(err, response)
	}
	e.cfg.Metrics.request(kind, fault, time.Since(began))
	if response == nil {
		return nil, fault
	}
	return response.Header, fault
}

// wait waits before a retry, and does not where the time that is left would
// not suffice.
func (e *Endpoint) wait(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return context.DeadlineExceeded
	}
	return e.cfg.Sleep(ctx, d)
}

// pauseFor is how long to wait before retry n: what the response asks for, or
// twice as long as the time before, less up to a quarter so that many who wait
// do not come back together.
func pauseFor(header http.Header, n int, now time.Time) time.Duration {
	if d, ok := retryAfter(header.Get("Retry-After"), now); ok {
		return min(d, maxWait)
	}
	wait := min(firstWait<<(n-1), maxWait)
	return wait - rand.N(wait/4)
}

// retryAfter reads the header: seconds, or a date as HTTP has it (RFC 9110,
// 10.2.3).
func retryAfter(header string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseFloat(header, 64); err == nil && seconds >= 0 {
		return time.Duration(math.Min(seconds, maxWait.Seconds()) * float64(time.Second)), true
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0, false
	}
	return max(0, at.Sub(now)), true
}
