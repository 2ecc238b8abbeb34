package bucket_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gocloud.dev/blob"

	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func open(t *testing.T) (*blob.Bucket, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "made", "on demand")
	b, err := bucket.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b, dir
}

func TestPutWritesPlainFiles(t *testing.T) {
	b, dir := open(t)
	for name, content := range map[string]string{
		"task/empty":       "",
		"task/订单.ddl":      "-- 中文",
		"task/large.txt":   strings.Repeat("0123456789", 100_000),
		"task/sub/one.md":  "x",
		"at the root.json": "{}",
	} {
		if err := bucket.Put(t.Context(), b, name, strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != content {
			t.Errorf("%s: %d bytes, %v, want %d", name, len(got), err, len(content))
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "task", "*"))
	if err != nil || len(files) != 4 {
		t.Errorf("the folder holds more than was put: %v", files)
	}
}

// half fails after some bytes.
type half struct{ r io.Reader }

var errHalf = errors.New("source broke")

func (h half) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	if err == io.EOF {
		err = errHalf
	}
	return n, err
}

func TestFailedPutLeavesWhatWasThere(t *testing.T) {
	b, dir := open(t)
	if err := bucket.Put(t.Context(), b, "t/f", strings.NewReader("first")); err != nil {
		t.Fatal(err)
	}
	if err := bucket.Put(t.Context(), b, "t/f", half{strings.NewReader("sec")}); !errors.Is(err, errHalf) {
		t.Errorf("got %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := bucket.Put(gone, b, "t/f", strings.NewReader("third")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "t", "f")); err != nil || string(got) != "first" {
		t.Errorf("%q, %v", got, err)
	}
	if entries, _ := os.ReadDir(filepath.Join(dir, "t")); len(entries) != 1 {
		t.Errorf("files left behind: %v", entries)
	}
}

func TestUnfinishedFilesAreNotListedAndSwept(t *testing.T) {
	b, dir := open(t)
	if err := bucket.Put(t.Context(), b, "t/b.md", strings.NewReader("12")); err != nil {
		t.Fatal(err)
	}
	if err := bucket.Put(t.Context(), b, "t/a.ddl", strings.NewReader("1")); err != nil {
		t.Fatal(err)
	}
	if err := bucket.Put(t.Context(), b, "other/x", strings.NewReader("1")); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(dir, "t", "c.md.17ab.tmp")
	if err := os.WriteFile(stale, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := bucket.Put(t.Context(), b, "t/x.tmp", strings.NewReader("1")); err == nil {
		t.Error("a file was put under the name of an unfinished one")
	}
	list, err := bucket.List(t.Context(), b, "t/")
	if err != nil {
		t.Fatal(err)
	}
	if keys := keysOf(list); !slices.Equal(keys, []string{"t/a.ddl", "t/b.md"}) || list[1].Size != 2 {
		t.Errorf("listed %+v", list)
	}
	if n, err := bucket.Sweep(t.Context(), b, "", time.Hour); n != 0 || err != nil {
		t.Errorf("swept %d young files, %v", n, err)
	}
	if n, err := bucket.Sweep(t.Context(), b, "", 0); n != 1 || err != nil {
		t.Errorf("swept %d files, %v", n, err)
	}
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
	if err := bucket.RemoveAll(t.Context(), b, "t/"); err != nil {
		t.Fatal(err)
	}
	if list, err := bucket.List(t.Context(), b, ""); err != nil || !slices.Equal(keysOf(list), []string{"other/x"}) {
		t.Errorf("left %+v, %v", list, err)
	}
	if _, err := os.Stat(filepath.Dir(stale)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the empty folder is still there: %v", err)
	}
}

func keysOf(list []bucket.Object) []string {
	var keys []string
	for _, o := range list {
		keys = append(keys, o.Key)
	}
	return keys
}

func TestOpenRefuses(t *testing.T) {
	for _, url := range []string{"", "ftp://host/x", "file://relative/path", "mem://"} {
		if b, err := bucket.Open(t.Context(), url); !errors.Is(err, bucket.ErrConfig) {
			t.Errorf("%q: %v, %v, want ErrConfig", url, b, err)
		}
		if err := (bucket.Config{URL: url}).Validate(); !errors.Is(err, bucket.ErrConfig) {
			t.Errorf("%q: Validate gives %v", url, err)
		}
	}
}

func TestFolder(t *testing.T) {
	for url, want := range map[string]string{"file:///srv/x/": "/srv/x", "/srv/x": "/srv/x", "s3://bucket": "", "": ""} {
		if got, ok := bucket.Folder(url); got != want || ok != (want != "") {
			t.Errorf("Folder(%q) = %q, %v", url, got, ok)
		}
	}
}
