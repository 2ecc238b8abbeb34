package endpoint

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzRetryAfter: whatever the header says, the wait is neither negative nor
// beyond all measure, and where it says nothing a minute at most.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "7", "-1", "1e300", "NaN", "0.5", "Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "soon"} {
		f.Add(seed, 1)
	}
	now := time.Date(2025, 7, 1, 14, 30, 52, 0, time.UTC)
	f.Fuzz(func(t *testing.T, header string, n int) {
		d, asked := pauseFor(http.Header{"Retry-After": {header}}, 1+(n&7)%maxTries, now)
		if d < 0 || d > maxAsked || !asked && d > maxWait {
			t.Errorf("%q: %s", header, d)
		}
	})
}

// FuzzMessages: whatever an endpoint says, the message is one bounded line
// without the key.
func FuzzMessages(f *testing.F) {
	const key = "sk-0123456789"
	for _, seed := range []string{`{"error":{"message":"bad key sk-0123456789"}}`, `{"error":"x"}`, `{"detail":[1]}`, "<html>", "", "a\nb\x00", "{\"message\":\"\u2028\"}"} {
		f.Add([]byte(seed))
	}
	e := New(Config{BaseURL: "http://127.0.0.1:1", Key: key})
	f.Fuzz(func(t *testing.T, body []byte) {
		got := e.clean(said(body))
		if strings.Contains(got, key) || strings.ContainsAny(got, "\n\r\x00") || utf8.RuneCountInString(got) > maxMessage+1 {
			t.Errorf("%q gives %q", body, got)
		}
	})
}
