package endpoint

import (
	"cmp"
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
	// maxWait bounds the wait before a retry. An endpoint that asks for more is
	// not available.
	maxWait = time.Minute
	// maxAsked bounds what an endpoint can be understood to ask for.
	maxAsked = 365 * 24 * time.Hour
	// firstWait is the wait before the first retry, if the endpoint says
	// nothing; it doubles from retry to retry.
	firstWait = 500 * time.Millisecond
)

// try sends a request until it is answered or no retry is left, and returns how
// often it was sent; but for a last one that was answered, all of them failed.
// The error is an *Error, or ctx's.
func (e *Endpoint) try(ctx context.Context, kind string, send func(context.Context, **http.Response) error) (sent int, err error) {
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	total, cancel := context.WithTimeout(ctx, totalTimeouts*e.cfg.Timeout)
	defer cancel()
	timeouts := 0
	for n := 1; ; n++ {
		header, fault := e.once(total, kind, send)
		switch {
		case fault == nil:
			return n, nil
		case ctx.Err() != nil:
			return n, ctx.Err()
		case fault.Timeout:
			timeouts++
		}
		if timeouts == maxTimeouts || !e.pause(total, kind, fault, header, n) {
			return n, cmp.Or[error](ctx.Err(), fault)
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

// pause waits before retry n, if there is to be one. Where there is not since
// that takes too long, the fault says what the endpoint asked for.
func (e *Endpoint) pause(ctx context.Context, kind string, fault *Error, header http.Header, n int) bool {
	if !fault.passing() {
		return false
	}
	now := time.Now()
	wait, asked := pauseFor(header, n, now)
	deadline, _ := ctx.Deadline()
	ok, waited := wait <= maxWait && deadline.Sub(now) > wait, time.Duration(0)
	if ok && n == maxTries {
		return false
	}
	if ok {
		ok, waited = patienceOf(ctx).allow(kind, fault.Cause, wait, now)
	}
	if !ok && asked {
		fault.Wait, fault.Waited = wait.Seconds(), waited.Seconds()
	}
	return ok && e.cfg.Sleep(ctx, wait) == nil
}

// pauseFor is how long to wait before retry n: what the response asks for, or
// twice as long as the time before, less up to a quarter so that many who wait
// do not come back together.
func pauseFor(header http.Header, n int, now time.Time) (wait time.Duration, asked bool) {
	if d, ok := retryAfter(header.Get("Retry-After"), now); ok {
		return d, true
	}
	wait = min(firstWait<<(n-1), maxWait)
	return wait - rand.N(wait/4), false
}

// retryAfter reads the header: seconds, or a date as HTTP has it (RFC 9110,
// 10.2.3).
func retryAfter(header string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseFloat(header, 64); err == nil && seconds >= 0 {
		return time.Duration(math.Min(seconds, maxAsked.Seconds()) * float64(time.Second)), true
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0, false
	}
	return min(max(0, at.Sub(now)), maxAsked), true
}
