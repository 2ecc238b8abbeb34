package admin_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/citu/datapipeline/internal/kit/admin"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func ok(context.Context) error      { return nil }
func failing(context.Context) error { return errors.New("password=secret refused") }

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestReadyz(t *testing.T) {
	for _, c := range []struct {
		name   string
		checks admin.Checks
		code   int
		body   string
	}{
		{"nothing needed", nil, 200, `{"ready":true,"checks":{}}`},
		{"all there", admin.Checks{"nats": ok, "database": ok}, 200, `{"ready":true,"checks":{"database":"ok","nats":"ok"}}`},
		{"one missing", admin.Checks{"nats": ok, "database": failing}, 503, `{"ready":false,"checks":{"database":"failing","nats":"ok"}}`},
	} {
		h := admin.Handler(c.checks, prometheus.NewRegistry())
		if code, body := get(t, h, "/readyz"); code != c.code || body != c.body {
			t.Errorf("%s: %d %s", c.name, code, body)
		}
		if code, _ := get(t, h, "/livez"); code != 200 {
			t.Errorf("%s: not live: %d", c.name, code)
		}
	}
}

func TestReadyzDoesNotWaitForACheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		if code, body := get(t, admin.Handler(admin.Checks{"nats": hangs}, prometheus.NewRegistry()), "/readyz"); code != 503 {
			t.Errorf("%d %s", code, body)
		}
	})
}

func TestMetrics(t *testing.T) {
	r := prometheus.NewRegistry()
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: "seen_total", Help: "h"})
	r.MustRegister(c)
	c.Inc()
	if code, body := get(t, admin.Handler(nil, r), "/metrics"); code != 200 || !strings.Contains(body, "seen_total 1") {
		t.Errorf("%d %s", code, body)
	}
}

func TestServerRunsUntilItsContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := admin.New("127.0.0.1:0", nil, prometheus.NewRegistry())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + <-s.Bound() + "/livez")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %d", resp.StatusCode)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestServerSaysWhenItsAddressIsTaken(t *testing.T) {
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	if err := admin.New(taken.Listener.Addr().String(), nil, prometheus.NewRegistry()).Run(t.Context()); err == nil {
		t.Error("no error")
	}
}

func TestServerThatIsOff(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := admin.New("", nil, prometheus.NewRegistry()).Run(ctx); err != nil {
		t.Error(err)
	}
}
