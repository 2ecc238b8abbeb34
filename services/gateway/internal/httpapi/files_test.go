package httpapi

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/services/gateway/internal/story"
)

func TestFilesAreListedAsSoonAsTheyAreRegistered(t *testing.T) {
	r := serveReads(t) // nobody records
	task := story.New(t, r.Broker, storyStart).Create()
	r.file(task, "订单_detail.md", "# 订单")
	r.file(task, "a.ddl", "x")
	r.file(task, "big.log", strings.Repeat("x", 1<<20+1))
	got := r.get(path(task, "/files"))
	var text []string
	files, _ := got.data["files"].([]any)
	for _, f := range files {
		f := f.(map[string]any)
		text = append(text, fmt.Sprintf("%s %s %v %v", f["file_name"], f["file_type"], f["file_size"], f["is_downloadable"]))
	}
	want := []string{"a.ddl ddl 1 true", "big.log log 1.048577e+06 false", "订单_detail.md md 8 true"}
	if !slices.Equal(text, want) || got.data["scan_complete"] != false {
		t.Errorf("%q, want %q", text, want)
	}
	first := r.get(path(task, "/files?limit=2"))
	next, _ := first.data["next_cursor"].(string)
	if rest := r.get(path(task, "/files?limit=2&cursor="+next)); len(rest.data["files"].([]any)) != 1 || rest.data["prev_cursor"] == nil {
		t.Errorf("the rest: %s", rest.body)
	}
}

func TestDownloadInRanges(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	const content = "0123456789"
	r.file(task, "a.txt", content)
	r.file(task, "empty.txt", "")
	tag := `"` + hashOf(content) + `"`
	for _, c := range []struct {
		name, header string
		more         []string
		status       int
		body, part   string
	}{
		{"a.txt", "", nil, 200, content, ""},
		{"a.txt", "bytes=0-0", nil, 206, "0", "bytes 0-0/10"},
		{"a.txt", "bytes=2-4", nil, 206, "234", "bytes 2-4/10"},
		{"a.txt", "bytes=7-", nil, 206, "789", "bytes 7-9/10"},
		{"a.txt", "bytes=7-99999999999999999999", nil, 206, "789", "bytes 7-9/10"},
		{"a.txt", "bytes=-3", nil, 206, "789", "bytes 7-9/10"},
		{"a.txt", "bytes=-300", nil, 206, content, "bytes 0-9/10"},
		{"a.txt", "Bytes=9-9", nil, 206, "9", "bytes 9-9/10"},
		{"a.txt", "bytes=10-", nil, 416, "", "bytes */10"},
		{"a.txt", "bytes=99999999999999999999-", nil, 416, "", "bytes */10"},
		{"a.txt", "bytes=-0", nil, 416, "", "bytes */10"},
		{"empty.txt", "bytes=0-", nil, 416, "", "bytes */0"},
		{"empty.txt", "", nil, 200, "", ""},
		// What need not be followed is passed over.
		{"a.txt", "bytes=4-2", nil, 200, content, ""},
		{"a.txt", "bytes=0-1,3-4", nil, 200, content, ""},
		{"a.txt", "bytes=a-b", nil, 200, content, ""},
		{"a.txt", "bytes=+1-2", nil, 200, content, ""},
		{"a.txt", "bytes=-", nil, 200, content, ""},
		{"a.txt", "bytes", nil, 200, content, ""},
		{"a.txt", "lines=1-2", nil, 200, content, ""},
		// Conditions.
		{"a.txt", "bytes=1-1", []string{"If-Range", tag}, 206, "1", "bytes 1-1/10"},
		{"a.txt", "bytes=1-1", []string{"If-Range", `"another"`}, 200, content, ""},
		{"a.txt", "bytes=1-1", []string{"If-Range", "W/" + tag}, 200, content, ""},
		{"a.txt", "", []string{"If-None-Match", tag}, 304, "", ""},
		{"a.txt", "bytes=0-1", []string{"If-None-Match", `"x", W/` + tag}, 304, "", ""},
		{"a.txt", "", []string{"If-None-Match", "*"}, 304, "", ""},
		{"a.txt", "", []string{"If-None-Match", `"another"`}, 200, content, ""},
	} {
		headers := c.more
		if c.header != "" {
			headers = append([]string{"Range", c.header}, headers...)
		}
		got := r.get(path(task, "/files/download/"+c.name), headers...)
		if got.status != c.status || got.header.Get("Content-Range") != c.part || c.status < 400 && string(got.body) != c.body {
			t.Errorf("%s %q %v: %d %q %q", c.name, c.header, c.more, got.status, got.header.Get("Content-Range"), got.body)
		}
		if c.status < 400 && c.name == "a.txt" && got.header.Get("Etag") != tag {
			t.Errorf("%q: ETag %q", c.header, got.header.Get("Etag"))
		}
	}
}

func TestDownloadNamesAndTypes(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	for name, kind := range map[string]string{
		"订单 明细_detail.md": "text/markdown; charset=utf-8", "a.ddl": "application/sql; charset=utf-8",
		"qs_pair.json": "application/json; charset=utf-8", "a.log": "text/plain; charset=utf-8",
		"a.txt": "text/plain; charset=utf-8", `q"u\o;te`: "application/octet-stream", "100%+1.md": "text/markdown; charset=utf-8",
	} {
		r.file(task, name, "content of "+name)
		got := r.fetch(path(task, "/files/download/"+urlEscape(name)))
		if got.status != 200 || string(got.body) != "content of "+name || got.header.Get("Content-Type") != kind || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v %q", name, got.status, got.header, got.body)
		}
		how, params, err := mime.ParseMediaType(got.header.Get("Content-Disposition"))
		if how != "attachment" || params["filename"] != name || err != nil {
			t.Errorf("%s: Content-Disposition %q is read as %v, %v", name, got.header.Get("Content-Disposition"), params, err)
		}
	}
}

func TestDownloadsThatAreRefused(t *testing.T) {
	r := serveReads(t)
	task, other := story.New(t, r.Broker, storyStart).Create(), story.New(t, r.Broker, storyStart.Add(1e9)).Create()
	r.file(task, "big.log", strings.Repeat("x", 1<<20+1))
	r.file(task, "gone.md", "x")
	r.file(other, "other.md", "x")
	r.put(task, "unregistered.md", "x")
	if err := r.bucket.Delete(t.Context(), task.ID+"/gone.md"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"big.log":                          "413 file_too_large",
		"gone.md":                          "404 file_missing",
		"other.md":                         "404 file_not_found",
		"unregistered.md":                  "404 file_not_found",
		"..%2F" + other.ID + "%2Fother.md": "404 route_not_found",
		"%2Fetc%2Fpasswd":                  "404 route_not_found",
		"..%5C" + other.ID + "%5Cother.md": "404 file_not_found",
		"a%00.md":                          "404 file_not_found",
		"%F0%9F":                           "404 file_not_found",
		strings.Repeat("x", 3000):          "404 file_not_found",
	} {
		got := r.get(path(task, "/files/download/"+name))
		if fmt.Sprintf("%d %s", got.status, got.ErrorType) != want {
			t.Errorf("%.40s: %d %.200s, want %s", name, got.status, got.body, want)
		}
		if got.header.Get("Etag") != "" || got.header.Get("Content-Disposition") != "" {
			t.Errorf("%.40s: %v", name, got.header)
		}
	}
	off := serveReads(t, func(o *Reads) { o.Downloads = false })
	task = story.New(t, off.Broker, storyStart).Create()
	off.file(task, "a.md", "x")
	for _, p := range []string{"/files/download/a.md", "/files/archive"} {
		if got := off.get(path(task, p)); got.status != 403 || got.ErrorType != "download_disabled" {
			t.Errorf("%s: %d %s", p, got.status, got.body)
		}
	}
	files, _ := off.get(path(task, "/files")).data["files"].([]any)
	if files[0].(map[string]any)["is_downloadable"] != false {
		t.Errorf("%v", files)
	}
}

func TestDownloadOfAFileThatIsNewerThanItsRegistration(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	r.file(task, "a.txt", "old")
	r.put(task, "a.txt", "newer")
	got := r.get(path(task, "/files/download/a.txt"), "Range", "bytes=0-1", "If-None-Match", `"`+hashOf("old")+`"`)
	if got.status != 200 || string(got.body) != "newer" || got.header.Get("Etag") != "" {
		t.Errorf("%d %v %q", got.status, got.header, got.body)
	}
}

func TestHeadOfADownload(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	r.file(task, "a.txt", "content")
	resp, err := r.http.Head(r.base + path(task, "/files/download/a.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK || resp.ContentLength != 7 || resp.Header.Get("Etag") == "" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
}

func TestConnectionGoesOnAfterADownload(t *testing.T) {
	r := serveReads(t, func(o *Reads) { o.Patience = 1 }) // its deadline has long passed
	task := story.New(t, r.Broker, storyStart).Create()
	r.file(task, "empty.txt", "")
	for range 3 {
		if got := r.get(path(task, "/files/download/empty.txt")); got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if got := r.get(path(task, "")); got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
}

func TestArchiveOfFiles(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	if got := r.get(path(task, "/files/archive")); got.status != 404 || got.ErrorType != "nothing_to_archive" {
		t.Errorf("without files: %d %s", got.status, got.body)
	}
	want := map[string]string{"订单.md": "# 订单", "a.ddl": strings.Repeat("CREATE TABLE t();\n", 9000)}
	for name, content := range want {
		r.file(task, name, content)
	}
	r.file(task, "big.log", strings.Repeat("x", 1<<20+1))
	all := r.get(path(task, "/files/archive"))
	if got := unzip(t, all.body); len(got) != 2 || got["订单.md"] != want["订单.md"] || got["a.ddl"] != want["a.ddl"] {
		t.Errorf("archive of %d files", len(got))
	}
	if z, err := zip.NewReader(bytes.NewReader(all.body), int64(len(all.body))); err != nil || !strings.Contains(z.Comment, "big.log") {
		t.Errorf("what was left out is not said: %v", err)
	}
	if got := all.header.Get("Content-Disposition"); !strings.Contains(got, task.ID+".zip") {
		t.Errorf("Content-Disposition %q", got)
	}
	some := r.get(path(task, "/files/archive?name="+urlEscape("订单.md")+"&name="+urlEscape("订单.md")))
	if got := unzip(t, some.body); len(got) != 1 || got["订单.md"] != want["订单.md"] {
		t.Errorf("archive of %v", got)
	}
	for name, want := range map[string]string{"none.md": "404 file_not_found", "big.log": "413 file_too_large"} {
		if got := r.get(path(task, "/files/archive?name="+name)); fmt.Sprintf("%d %s", got.status, got.ErrorType) != want {
			t.Errorf("%s: %d %s, want %s", name, got.status, got.body, want)
		}
	}
}

func unzip(t *testing.T, body []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		entry, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(entry)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(content)
	}
	return all
}

func TestArchiveThatCannotBeWholeIsCutOff(t *testing.T) {
	b := newWritten(func(w io.Writer) error {
		_, _ = w.Write([]byte("half"))
		return io.ErrUnexpectedEOF
	})
	content, err := io.ReadAll(b)
	if string(content) != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q, %v", content, err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	left := newWritten(func(w io.Writer) error { _, err := w.Write([]byte("nobody reads")); return err })
	if err := left.Close(); err != nil { // goleak sees whether its writer ends
		t.Error(err)
	}
}

func TestArchiveOfAFileThatIsGone(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	r.file(task, "a.md", "x")
	if err := r.bucket.Delete(t.Context(), task.ID+"/a.md"); err != nil {
		t.Fatal(err)
	}
	if got := r.get(path(task, "/files/archive")); got.status != 404 || got.ErrorType != "file_missing" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestIntegrityOfFiles(t *testing.T) {
	r := serveReads(t)
	task := story.New(t, r.Broker, storyStart).Create()
	r.file(task, "a.md", "one")
	if got := r.get(path(task, "/files/integrity")); got.data["ok"] != true {
		t.Errorf("untouched: %s", got.body)
	}
	r.file(task, "b.md", "two")
	r.put(task, "b.md", "owt")
	r.file(task, "c.md", "three")
	if err := r.bucket.Delete(t.Context(), task.ID+"/c.md"); err != nil {
		t.Fatal(err)
	}
	r.put(task, "stray.md", "?")
	got := r.get(path(task, "/files/integrity"))
	var text []string
	files, _ := got.data["files"].([]any)
	for _, f := range files {
		f := f.(map[string]any)
		text = append(text, fmt.Sprintf("%s %s", f["file_name"], f["result"]))
	}
	if want := []string{"a.md ok", "b.md changed", "c.md missing"}; !slices.Equal(text, want) || got.data["ok"] != false {
		t.Errorf("%v, want %v", text, want)
	}
	if strays, _ := got.data["unregistered"].([]any); len(strays) != 1 {
		t.Errorf("strays %v", strays)
	}
}

func FuzzParseRange(f *testing.F) {
	for _, s := range []string{"bytes=0-1", "bytes=-5", "bytes=5-", "bytes=1-2,3-4", ""} {
		f.Add(s, int64(10))
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		part, err := parseRange(header, max(size, 0))
		if err == nil && part != nil && (part.offset < 0 || part.length < 1 || part.offset+part.length > size) {
			t.Errorf("%q of %d bytes is %+v", header, size, *part)
		}
	})
}

func urlEscape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
