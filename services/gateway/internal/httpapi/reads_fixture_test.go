package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gocloud.dev/blob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/live"
	"github.com/citu/datapipeline/services/gateway/internal/monitor"
	"github.com/citu/datapipeline/services/gateway/internal/outputs"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
	"github.com/citu/datapipeline/services/gateway/internal/read"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

var storyStart = time.Date(2025, 7, 1, 14, 30, 52, 0, time.UTC)

// maxFollowers is how many streams may be open; those of callers who have gone
// count until the next write to them.
const maxFollowers = 64

// reader is an API that reads, with all that it reads from.
type reader struct {
	*service
	*story.Stage
	hub    *live.Hub
	bucket *blob.Bucket
}

// serveReads starts an API that reads. Nothing is recorded before Record.
func serveReads(tb testing.TB, options ...func(*Reads)) *reader {
	tb.Helper()
	r := &reader{Stage: story.NewStage(tb)}
	var err error
	folder := tb.TempDir()
	if r.bucket, err = bucket.Open(tb.Context(), folder); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = r.bucket.Close() })
	r.hub = runHub(tb, live.New(r.Broker, live.Config{MaxFollowers: maxFollowers, RingItems: 64}, testkit.Log(tb)))
	rd := read.New(r.DB, r.Broker, r.hub, testkit.Log(tb))
	reads := Reads{
		Reader: rd, Hub: r.hub, Files: outputs.New(r.bucket), Pairs: pairlist.New(rd, outputs.New(r.bucket)), Downloads: true, MaxDownload: 1 << 20,
		Monitor: &monitor.Monitor{Broker: r.Broker, Reader: rd, Sync: monitor.SyncAlways, Folder: folder, Log: testkit.Log(tb)},
	}
	for _, change := range options {
		change(&reads)
	}
	r.service = serve(tb, func(o *Options) { o.Reads = reads })
	return r
}

func runHub(tb testing.TB, h *live.Hub) *live.Hub {
	tb.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	tb.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	if _, err := h.Now(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return h
}

// path is the address of a call about a task.
func path(task *story.Task, rest string) string { return Prefix + "/tasks/" + task.ID + rest }

func (r *reader) get(path string, headers ...string) reply {
	r.t.Helper()
	return r.do("GET", path, "", headers...)
}

// fetch is get for contents, which have no described form.
func (r *reader) fetch(path string, headers ...string) reply {
	r.t.Helper()
	resp := r.open(r.t.Context(), path, headers...)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return reply{status: resp.StatusCode, header: resp.Header, body: body}
}

func (r *reader) open(ctx context.Context, path string, headers ...string) *http.Response {
	r.t.Helper()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Accept-Encoding", "identity")
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	resp, err := r.http.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp
}

// file puts a file into the bucket and registers it.
func (r *reader) file(task *story.Task, name, content string) {
	r.t.Helper()
	r.put(task, name, content)
	a, err := r.bucket.Attributes(r.t.Context(), task.ID+"/"+name)
	if err != nil {
		r.t.Fatal(err)
	}
	kind := events.FileOther
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		kind = name[i+1:]
	}
	task.Publish(&events.OutputRegistered{
		TaskID: task.ID, Request: task.Request,
		File: events.File{Name: name, Size: int64(len(content)), SHA256: hashOf(content)},
		Path: task.ID + "/" + name, FileType: kind, ModifiedAt: a.ModTime, IsDownloadable: true,
	})
}

func (r *reader) put(task *story.Task, name, content string) {
	r.t.Helper()
	if err := bucket.Put(r.t.Context(), r.bucket, task.ID+"/"+name, bytes.NewReader([]byte(content))); err != nil {
		r.t.Fatal(err)
	}
}

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// sse is an event of an event stream.
type sse struct{ event, id, data string }

// events is an open event stream.
type eventReader struct {
	t     testing.TB
	lines *bufio.Scanner
	close func()
}

// follow opens an event stream, which has to be one.
func (r *reader) follow(path string, headers ...string) *eventReader {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 30*time.Second)
	resp := r.open(ctx, path, headers...) //nolint:bodyclose // the reader that is returned does
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") || resp.Header.Get("X-Accel-Buffering") != "no" {
		cancel()
		r.t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 4<<20)
	e := &eventReader{r.t, lines, func() { cancel(); _ = resp.Body.Close() }}
	r.t.Cleanup(e.close)
	return e
}

// next reads up to the next blank line; false at the stream's end.
func (e *eventReader) next() (sse, bool) {
	var s sse
	for e.lines.Scan() {
		field, value, _ := strings.Cut(e.lines.Text(), ": ")
		switch field {
		case "event":
			s.event = value
		case "id":
			s.id = value
		case "data":
			s.data = value
		case "":
			if s != (sse{}) {
				return s, true
			}
		}
	}
	return s, false
}

// named reads n events, passing over signs of life.
func (e *eventReader) named(n int) []sse {
	e.t.Helper()
	var all []sse
	for len(all) < n {
		s, ok := e.next()
		if !ok {
			e.t.Fatalf("the stream ended after %d of %d events: %v", len(all), n, e.lines.Err())
		}
		if s.event != "" {
			all = append(all, s)
		}
	}
	return all
}
