// Package trace carries the W3C trace context (https://www.w3.org/TR/trace-context/)
// of a call from its header to the events that it makes.
package trace

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"strings"
)

// Header is the name of the header, of requests and answers.
const Header = "traceparent"

// form is that of version 00: trace id, id of the caller's span, flags.
var form = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$`)

// Continue is the trace that a header names, or a new one where it names none:
// it is absent, of another version, or has an id of zeros.
func Continue(header string) string {
	ids := form.FindStringSubmatch(header)
	if ids == nil || zero(ids[1]) || zero(ids[2]) {
		return begin()
	}
	return header
}

func zero(id string) bool { return strings.Trim(id, "0") == "" }

// begin is a trace of its own, sampled. That random ids are zero does not
// happen.
func begin() string {
	var ids [16 + 8]byte
	_, _ = rand.Read(ids[:]) // never fails
	return "00-" + hex.EncodeToString(ids[:16]) + "-" + hex.EncodeToString(ids[16:]) + "-01"
}

type key struct{}

// With returns a context of a trace.
func With(ctx context.Context, parent string) context.Context {
	return context.WithValue(ctx, key{}, parent)
}

// Of returns the trace of a context; "" where it has none.
func Of(ctx context.Context) string {
	parent, _ := ctx.Value(key{}).(string)
	return parent
}
