package trace_test

import (
	"strings"
	"testing"

	"github.com/citu/datapipeline/services/gateway/internal/trace"
)

const (
	traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
	spanID  = "00f067aa0ba902b7"
)

func TestValidHeaderIsContinued(t *testing.T) {
	for _, flags := range []string{"00", "01", "ff"} {
		header := "00-" + traceID + "-" + spanID + "-" + flags
		if got := trace.Continue(header); got != header {
			t.Errorf("%s became %s", header, got)
		}
	}
}

func TestInvalidHeaderBeginsATrace(t *testing.T) {
	for _, header := range []string{
		"",
		"01-" + traceID + "-" + spanID + "-01",
		"ff-" + traceID + "-" + spanID + "-01",
		"00-" + strings.ToUpper(traceID) + "-" + spanID + "-01",
		"00-" + strings.Repeat("0", 32) + "-" + spanID + "-01",
		"00-" + traceID + "-" + strings.Repeat("0", 16) + "-01",
		"00-" + traceID + "-" + spanID,
		"00-" + traceID + "-" + spanID + "-01-extra",
		"00-" + traceID + "-" + spanID + "-01\n",
		"00-" + traceID + "-" + spanID + "-01,00-" + traceID + "-" + spanID + "-01",
	} {
		got := trace.Continue(header)
		if got == header || got == trace.Continue(header) || got != trace.Continue(got) || !strings.HasSuffix(got, "-01") {
			t.Errorf("%q: %s is no new trace", header, got)
		}
	}
}

func TestContextKeepsItsTrace(t *testing.T) {
	if got := trace.Of(t.Context()); got != "" {
		t.Errorf("%q without one", got)
	}
	if got := trace.Of(trace.With(t.Context(), "a")); got != "a" {
		t.Errorf("%q", got)
	}
}
