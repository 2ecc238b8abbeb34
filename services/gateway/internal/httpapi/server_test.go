package httpapi

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/trace"
)

// service is an API on a loopback address, for one test.
type service struct {
	t    testing.TB
	api  *API
	base string
	http *http.Client
	stop context.CancelFunc
}

// serve starts an API; options change what it is made of.
func serve(tb testing.TB, options ...func(*Options)) *service {
	tb.Helper()
	o := Options{Log: testkit.Log(tb), Metrics: prometheus.NewRegistry(), Language: events.English, Health: http.NotFoundHandler()}
	for _, option := range options {
		option(&o)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &service{t: tb, api: New(o), base: "http://" + l.Addr().String(), http: &http.Client{Transport: &http.Transport{}}}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	done := make(chan error, 1)
	go func() { done <- s.api.Serve(ctx, l) }()
	tb.Cleanup(func() {
		s.http.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	return s
}

// reply is an answer, read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
	refusal
	data map[string]any
}

// do sends a request; headers are pairs of name and value.
func (s *service) do(method, path, body string, headers ...string) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.send(r)
}

func (s *service) send(r *http.Request) reply {
	s.t.Helper()
	resp, err := s.http.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	hold(s.t, r, sent(s.t, r), resp, body)
	out := reply{status: resp.StatusCode, header: resp.Header, body: body}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		s.parse(&out)
	}
	return out
}

// sent is the body of a request that was sent.
func sent(tb testing.TB, r *http.Request) []byte {
	tb.Helper()
	if r.GetBody == nil {
		return nil
	}
	again, err := r.GetBody()
	if err != nil {
		tb.Fatal(err)
	}
	body, err := io.ReadAll(again)
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

func (s *service) parse(r *reply) {
	s.t.Helper()
	var data struct {
		Data map[string]any `json:"data"`
	}
	if err := json.Unmarshal(r.body, &r.refusal); err != nil {
		s.t.Fatalf("%v in %s", err, r.body)
	}
	_ = json.Unmarshal(r.body, &data) // a refusal has no data
	r.data = data.Data
}

func TestAnswersWithoutARoute(t *testing.T) {
	s := serve(t)
	for _, c := range []struct {
		method, path string
		status       int
		errorType    string
	}{
		{"GET", "/nothing", 404, "route_not_found"},
		{"GET", Prefix + "/nothing", 404, "route_not_found"},
		{"POST", "/openapi.yaml", 405, "method_not_allowed"},
		{"PUT", Prefix + "/tasks", 405, "method_not_allowed"},
	} {
		r := s.do(c.method, c.path, "")
		if r.status != c.status || string(r.ErrorType) != c.errorType || r.Code != c.status || r.Success {
			t.Errorf("%s %s: %d %s", c.method, c.path, r.status, r.body)
		}
		if r.RequestID == "" || r.RequestID != r.header.Get("X-Request-Id") {
			t.Errorf("%s %s: request id %q in the body, %q in the header", c.method, c.path, r.RequestID, r.header.Get("X-Request-Id"))
		}
	}
}

func TestAnswersSpeakTheLanguageAskedFor(t *testing.T) {
	s := serve(t)
	for header, want := range map[string]string{
		"":                          "en",
		"zh":                        "zh-CN",
		"zh-CN,zh;q=0.9,en;q=0.8":   "zh-CN",
		"zh-TW":                     "zh-CN",
		"en-GB":                     "en",
		"fr":                        "en",
		"fr, zh-Hans;q=0.2":         "zh-CN",
		"en;q=0.1, zh;q=0.2":        "zh-CN",
		"*":                         "en",
		"\xff;;;q=zero":             "en",
		strings.Repeat("zh-", 2000): "en",
	} {
		r := s.do("GET", "/nothing", "", "Accept-Language", header)
		if got := r.header.Get("Content-Language"); got != want || !strings.Contains(r.header.Get("Vary"), "Accept-Language") {
			t.Errorf("%.40q: %q, Vary %q", header, got, r.header.Get("Vary"))
		}
		if chinese := strings.Contains(r.Message, "接口"); chinese != (want == "zh-CN") {
			t.Errorf("%.40q: message %s", header, r.Message)
		}
	}
}

func TestRequestIDOfTheCallerIsKeptWhereItIsProper(t *testing.T) {
	s := serve(t)
	if r := s.do("GET", "/nothing", "", "X-Request-Id", "abc-1.2_3"); r.RequestID != "abc-1.2_3" {
		t.Errorf("a proper id became %q", r.RequestID)
	}
	if r := s.do("GET", "/nothing", "", "X-Request-Id", "<script>"); r.RequestID == "<script>" {
		t.Error("an improper id was kept")
	}
}

func TestAnswersBelongToTheTraceOfTheCaller(t *testing.T) {
	s := serve(t)
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
	if got := s.do("GET", "/nothing", "", "traceparent", parent).header.Get("traceparent"); got != parent {
		t.Errorf("%s became %s", parent, got)
	}
	seen := map[string]bool{}
	for _, header := range []string{"", "00-x", strings.ToUpper(parent)} {
		got := s.do("GET", "/nothing", "", "traceparent", header).header.Get("traceparent")
		if trace.Continue(got) != got || seen[got] {
			t.Errorf("%q: %q is no new trace", header, got)
		}
		seen[got] = true
	}
}

func TestAnswersHaveADate(t *testing.T) {
	s := serve(t)
	for _, path := range []string{"/openapi.yaml", "/nothing"} {
		r := s.do("GET", path, "")
		at, err := http.ParseTime(r.header.Get("Date"))
		if err != nil || time.Since(at).Abs() > 10*time.Second || len(r.header["Date"]) != 1 {
			t.Errorf("%s: %v, %v", path, r.header["Date"], err)
		}
	}
}

func TestBodyBeyondTheLimitIsRefused(t *testing.T) {
	s := serve(t)
	r := s.do("POST", Prefix+"/tasks", strings.Repeat(" ", maxBody+1))
	if r.status != 413 || r.ErrorType != "body_too_large" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.do("POST", Prefix+"/tasks", "{}", "Content-Encoding", "gzip"); r.status != 415 || r.ErrorType != "unsupported_content_encoding" {
		t.Errorf("compressed: %d %s", r.status, r.body)
	}
}

// TestRequestsThatNoHandlerSees sends what the server refuses by itself: the
// answers have the same form.
func TestRequestsThatNoHandlerSees(t *testing.T) {
	s := serve(t)
	for request, want := range map[string]string{
		"POST " + Prefix + "/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n": "413 body_too_large",
		"GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", maxHeaders) + "\r\n\r\n":   "431 headers_too_large",
		"nonsense\r\n\r\n": "400 malformed_request",
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%.40q: %v", request, err)
		}
		var body refusal
		err = json.NewDecoder(resp.Body).Decode(&body)
		if got := fmt.Sprint(resp.StatusCode, " ", body.ErrorType); err != nil || got != want || resp.Header.Get("Content-Language") != "en" {
			t.Errorf("%.40q: %s, %v, want %s", request, got, err, want)
		}
		_ = resp.Body.Close()
		_ = conn.Close()
	}
}

func TestServeEndsAlsoWhenItHasHardlyBegun(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		api := New(Options{Log: testkit.Log(t), Metrics: prometheus.NewRegistry(), Language: events.English, Health: http.NotFoundHandler()})
		if err := api.Serve(ended, l); err != nil {
			t.Error(err)
		}
	}
}

func TestPanicIsAnInternalError(t *testing.T) {
	s := serve(t, func(o *Options) {
		o.Health = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret") })
	})
	r := s.do("GET", "/livez", "")
	if r.status != 500 || r.ErrorType != "internal_error" || strings.Contains(string(r.body), "secret") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestChangesFromAnotherSiteAreRefused(t *testing.T) {
	s := serve(t)
	for _, c := range []struct {
		header, value string
		status        int
	}{
		{"Sec-Fetch-Site", "cross-site", 403},
		{"Sec-Fetch-Site", "same-origin", 404},
		{"Origin", "https://elsewhere.example", 403},
		{"Origin", s.base, 404},
		{"X-Nothing", "1", 404},
	} {
		if r := s.do("POST", Prefix+"/nothing", "", c.header, c.value); r.status != c.status {
			t.Errorf("%s: %s: %d, want %d", c.header, c.value, r.status, c.status)
		}
	}
}

// The context of a probe can be watched while the server ends, which the race
// detector judges.
func TestProbeIsRunningWhileTheServerEnds(t *testing.T) {
	asked, ending := make(chan struct{}), make(chan struct{})
	s := serve(t, func(o *Options) {
		o.Health = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
			defer cancel()
			close(asked)
			<-ending
			if ctx.Err() != nil {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
	})
	answered := make(chan int)
	go func() { answered <- s.do("GET", "/readyz", "").status }()
	<-asked
	s.stop()
	close(ending)
	if status := <-answered; status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}
