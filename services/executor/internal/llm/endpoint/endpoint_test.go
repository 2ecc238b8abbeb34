package endpoint_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func open(t *testing.T, server *modelserver.Server, metrics *endpoint.Metrics) *endpoint.Endpoint {
	t.Helper()
	e := endpoint.New(endpoint.Config{
		BaseURL: server.URL(), Key: modelserver.Key, Metrics: metrics,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	t.Cleanup(e.Close)
	return e
}

func TestEmbedsInOrder(t *testing.T) {
	server := modelserver.New(t)
	server.SetDimension(4)
	got, err := open(t, server, nil).Embed(t.Context(), "e-1", []string{"one", "two two"})
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"one", "two two"} {
		if !slices.Equal(got[i], modelserver.Vector(text, 4)) {
			t.Errorf("%q: %v", text, got[i])
		}
	}
}

func TestErrorsSayWhatTheEndpointSaid(t *testing.T) {
	for name, c := range map[string]struct {
		refusal  modelserver.Refusal
		want     string
		refused  bool
		hopeless bool
	}{
		"OpenAI":      {modelserver.RefusalOpenAI, "HTTP 400: Invalid parameter: 'response_format'", true, false},
		"vLLM":        {modelserver.RefusalVLLM, "HTTP 400: [{'type': 'literal_error'", true, false},
		"a page":      {raw(http.StatusNotFound, "<html>\n<b>nothing\there</b>"), "HTTP 404: <html> <b>nothing here</b>", false, true},
		"detail":      {raw(422, `{"detail":[{"msg":"no"}]}`), `HTTP 422: [{"msg":"no"}]`, true, false},
		"plain error": {raw(403, `{"error":"forbidden"}`), "HTTP 403: forbidden", false, true},
		"no body":     {raw(400, ""), "HTTP 400: ", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			server := modelserver.New(t)
			server.Refuse("", c.refusal)
			_, err := open(t, server, nil).Chat(t.Context(), endpoint.Chat{Model: "m", Messages: []endpoint.Message{{Role: "user", Content: "?"}}, Format: endpoint.FormatText})
			var fault *endpoint.Error
			if !errors.As(err, &fault) || !strings.HasPrefix(fault.Error(), c.want) || fault.Refused() != c.refused || fault.Hopeless() != c.hopeless {
				t.Errorf("got %v", err)
			}
		})
	}
}

func raw(status int, body string) modelserver.Refusal {
	return func(w http.ResponseWriter) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// A server that moved its paths is followed; the request stays what it is.
func TestFollowsToAnotherPathOfItsHost(t *testing.T) {
	server := modelserver.New(t)
	server.FaultEmbedding(modelserver.Redirecting(server.URL()+"/embeddings", http.StatusPermanentRedirect))
	if got, err := open(t, server, nil).Embed(t.Context(), "e", []string{"a"}); err != nil || len(got) != 1 || len(server.Requests()) != 2 {
		t.Errorf("%d vectors of %d requests: %v", len(got), len(server.Requests()), err)
	}
}

func TestLongErrorsAreCut(t *testing.T) {
	server := modelserver.New(t)
	server.FaultEmbedding(modelserver.Status(400, strings.Repeat("长", 5000)))
	_, err := open(t, server, nil).Embed(t.Context(), "e", []string{"a"})
	if err == nil || len([]rune(err.Error())) > 320 {
		t.Errorf("err = %v", err)
	}
}

func TestCountsRequests(t *testing.T) {
	server := modelserver.New(t)
	reg := prometheus.NewRegistry()
	e := open(t, server, endpoint.NewMetrics(reg))
	endpoint.NewMetrics(reg) // a second executor in the process shares them
	server.FaultEmbedding(modelserver.Status(500, "boom"), modelserver.RateLimited("1"))
	if _, err := e.Embed(t.Context(), "e", []string{"a"}); err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := ""
			for _, l := range m.GetLabel() {
				labels += " " + l.GetValue()
			}
			got[f.GetName()+labels] = m.GetCounter().GetValue()
		}
	}
	for _, outcome := range []string{"ok", "server_error", "rate_limited"} {
		if got["datapipeline_executor_model_requests_total embedding "+outcome] != 1 {
			t.Errorf("%s: %v", outcome, got)
		}
	}
}
