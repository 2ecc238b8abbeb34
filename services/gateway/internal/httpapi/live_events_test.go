package httpapi

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

// place is where an event stands in its stream, by its data.
func (s sse) place(tb testing.TB) string {
	tb.Helper()
	var e struct{ Stream, Sequence string }
	if err := json.Unmarshal([]byte(s.data), &e); err != nil {
		tb.Fatalf("%v in %q", err, s.data)
	}
	return e.Stream + " " + e.Sequence
}

func TestEventsAreCloudEvents(t *testing.T) {
	r := serveReads(t)
	stream := r.follow(Prefix + "/events")
	task := story.New(t, r.Broker, storyStart).Create()
	got := stream.named(1)[0]
	var e map[string]any
	if err := json.Unmarshal([]byte(got.data), &e); err != nil {
		t.Fatal(err)
	}
	if got.event != "task.created" || got.id != "1-0" || e["specversion"] != "1.0" || e["subject"] != task.ID || e["type"] != "task.created" {
		t.Errorf("%+v", got)
	}
	if data, _ := e["data"].(map[string]any); data["task_id"] != task.ID || strings.Contains(got.data, story.Sealed) {
		t.Errorf("data %v", e["data"])
	}
}

// A caller whose connection breaks again and again, and who comes back with the
// last id, gets every event once.
func TestStreamGoesOnAcrossBrokenConnections(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	published := make(chan struct{})
	go func() {
		defer close(published)
		task.Begin()
		for i := range 150 {
			task.Log(events.LevelInfo, fmt.Sprint("line ", i))
			if i%10 == 0 {
				task.Step(events.StepDDL)
			}
		}
		task.Complete()
	}()
	var got []string
	for last, end := "0-0", false; !end; {
		stream := r.follow(path(task, "/events"), "Last-Event-ID", last)
		for i := 0; i < 7 && !end; i++ {
			s := stream.named(1)[0]
			last, end, got = s.id, s.event == "task.completed", append(got, s.place(t))
		}
		stream.close()
	}
	<-published
	for _, name := range []string{events.StreamPipeline, events.StreamLogs} {
		state, err := r.Broker.State(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for n := range state.Last {
			want = append(want, fmt.Sprintf("%s %d", name, n+1))
		}
		if of := slices.DeleteFunc(slices.Clone(got), func(s string) bool { return !strings.HasPrefix(s, name+" ") }); !slices.Equal(of, want) {
			t.Errorf("of %s: %v, want 1 to %d", name, of, state.Last)
		}
	}
}

func TestStreamIsFiltered(t *testing.T) {
	r := serveReads(t)
	stream := r.follow(Prefix + "/events?types=task.created,log&level=error&last_event_id=0-0")
	task := story.New(t, r.Broker, storyStart).Create().Begin()
	task.Log(events.LevelInfo, "left out")
	task.Log(events.LevelError, "kept")
	var got []string
	for _, s := range stream.named(2) {
		got = append(got, s.event+" "+s.place(t))
	}
	slices.Sort(got)
	if want := []string{"log PIPELINE_LOGS 2", "task.created PIPELINE 1"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestStreamGivesSignsOfLife(t *testing.T) {
	r := serveReads(t, func(o *Reads) { o.Heartbeat = 20 * time.Millisecond })
	stream := r.follow(Prefix + "/events?types=task.deleted")
	story.New(t, r.Broker, storyStart).Create().Begin() // left out
	for {
		s, ok := stream.next()
		if !ok {
			t.Fatal("the stream ended")
		}
		if s.event != "" {
			t.Fatalf("%+v", s)
		}
		if s.id == "2-0" {
			return // the place from which to go on has moved
		}
	}
}

func TestStreamIsResetWhereItsPlaceIsGone(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	r.follow(Prefix + "/events?last_event_id=0-0").named(1) // the hub has seen it
	stream := r.follow(Prefix+"/events", "Last-Event-ID", "99-0")
	reset := stream.named(1)[0]
	if reset.event != "reset" || reset.id != "1-0" || reset.data != `{"position":"1-0"}` {
		t.Errorf("%+v", reset)
	}
	task.Begin()
	if got := stream.named(1)[0]; got.id != "2-0" {
		t.Errorf("after it: %+v", got)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	r := serveReads(t)
	for range maxFollowers {
		r.follow(Prefix + "/events")
	}
	if got := r.get(Prefix + "/events"); got.status != 503 || got.ErrorType != "too_many_streams" || got.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestStreamOfACallerWhoHasGoneEnds(t *testing.T) {
	r := serveReads(t, func(o *Reads) { o.Heartbeat = 10 * time.Millisecond })
	for range maxFollowers {
		r.follow(Prefix + "/events").close()
	}
	for range maxFollowers { // the first ones give up their places
		r.place().close()
	}
}

// place opens an event stream, as soon as there is room for one.
func (r *reader) place() *eventReader {
	r.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		resp := r.open(r.t.Context(), Prefix+"/events") //nolint:bodyclose // the reader that is returned does
		if resp.StatusCode == http.StatusOK {
			return &eventReader{r.t, bufio.NewScanner(resp.Body), func() { _ = resp.Body.Close() }}
		}
		_ = resp.Body.Close()
		if time.Now().After(end) {
			r.t.Fatalf("no room: %d", resp.StatusCode)
		}
	}
}

func TestSlowCallerIsCutOff(t *testing.T) {
	r := serveReads(t, func(o *Reads) { o.Patience = 100 * time.Millisecond })
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "GET %s/events HTTP/1.1\r\nHost: x\r\n\r\n", Prefix); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReaderSize(conn, 16).ReadString('\n'); err != nil { // it has begun
		t.Fatal(err)
	}
	task := story.New(t, r.Broker, storyStart).Create()
	long := strings.Repeat("x", 30<<10)
	for range 400 { // far more than sockets and ring hold
		task.Log(events.LevelInfo, long)
	}
	for range maxFollowers { // all places are free: the slow one has lost its own
		defer r.place().close()
	}
}

func TestStreamsEndWithTheAPI(t *testing.T) {
	r := serveReads(t)
	stream := r.follow(Prefix + "/events")
	if _, ok := stream.next(); !ok {
		t.Fatal("it did not begin")
	}
	r.api.stop()
	if s, ok := stream.next(); ok {
		t.Errorf("it goes on with %+v", s)
	}
	if err := stream.lines.Err(); err != nil {
		t.Errorf("it broke off: %v", err)
	}
}
