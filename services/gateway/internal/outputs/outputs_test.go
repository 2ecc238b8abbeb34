package outputs

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const prefix = "task_20250701_143052"

// bucket is a folder with files in it, all of them registered.
func bucket(t *testing.T, contents map[string]string) (*blob.Bucket, projection.Outputs) {
	t.Helper()
	b, err := fileblob.OpenBucket(t.TempDir(), &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	files := projection.Outputs{}
	for name, content := range contents {
		write(t, b, name, content)
		hash := sha256.Sum256([]byte(content))
		a, err := b.Attributes(t.Context(), prefix+"/"+name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = events.OutputRegistered{
			TaskID: prefix, Path: prefix + "/" + name, ModifiedAt: a.ModTime,
			File: events.File{Name: name, Size: int64(len(content)), SHA256: hex.EncodeToString(hash[:])},
		}
	}
	return b, files
}

func write(t *testing.T, b *blob.Bucket, name, content string) {
	t.Helper()
	if err := b.WriteAll(t.Context(), prefix+"/"+name, []byte(content), nil); err != nil {
		t.Fatal(err)
	}
}

// missing says whether err is about a file that is not there.
func missing(err error, name string) bool {
	var gone *MissingError
	return errors.As(err, &gone) && gone.Name == name
}

func TestOpenReadsPartsOfAFile(t *testing.T) {
	b, files := bucket(t, map[string]string{"订单.ddl": "0123456789"})
	s := New(b)
	for _, c := range []struct {
		offset, length int64
		want           string
	}{{0, -1, "0123456789"}, {3, 2, "34"}, {9, -1, "9"}, {0, 0, ""}} {
		r, err := s.Open(t.Context(), files["订单.ddl"], c.offset, c.length)
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(r, []byte(c.want)); err != nil {
			t.Errorf("%d bytes at %d: %v", c.length, c.offset, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestStatSaysWhetherAFileIsTheRegisteredOne(t *testing.T) {
	b, files := bucket(t, map[string]string{"a.md": "one", "gone.md": "x"})
	s := New(b)
	if got, err := s.Stat(t.Context(), files["a.md"]); err != nil || !got.Registered || got.Size != 3 {
		t.Errorf("untouched: %+v, %v", got, err)
	}
	write(t, b, "a.md", "longer")
	if got, err := s.Stat(t.Context(), files["a.md"]); err != nil || got.Registered || got.Size != 6 {
		t.Errorf("rewritten: %+v, %v", got, err)
	}
	older := files["a.md"]
	older.Size, older.ModifiedAt = 6, older.ModifiedAt.Add(-time.Hour)
	if got, err := s.Stat(t.Context(), older); err != nil || got.Registered {
		t.Errorf("of another time: %+v, %v", got, err)
	}
	if err := b.Delete(t.Context(), prefix+"/gone.md"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Stat(t.Context(), files["gone.md"]); !missing(err, "gone.md") {
		t.Errorf("gone: %v", err)
	}
	if _, err := s.Open(t.Context(), files["gone.md"], 0, -1); !missing(err, "gone.md") {
		t.Errorf("gone: %v", err)
	}
}

func TestArchiveHoldsTheFiles(t *testing.T) {
	want := map[string]string{"订单_detail.md": "# 订单", "a.ddl": strings.Repeat("CREATE TABLE t();\n", 1000), "empty.txt": ""}
	b, files := bucket(t, want)
	var list []events.OutputRegistered
	for _, f := range files {
		list = append(list, f)
	}
	var out bytes.Buffer
	if err := New(b).Archive(t.Context(), &out, list, "left out: big.log"); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if z.Comment != "left out: big.log" || len(z.File) != len(want) {
		t.Errorf("%d files, comment %q", len(z.File), z.Comment)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || string(content) != want[f.Name] {
			t.Errorf("%s: %.40q, %v", f.Name, content, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestArchiveSaysWhatIsMissing(t *testing.T) {
	b, files := bucket(t, map[string]string{"a.md": "one"})
	gone := events.OutputRegistered{Path: prefix + "/gone.md", File: events.File{Name: "gone.md"}}
	err := New(b).Archive(t.Context(), io.Discard, []events.OutputRegistered{files["a.md"], gone}, "")
	if !missing(err, "gone.md") {
		t.Errorf("%v, want gone.md missing", err)
	}
	outside := events.OutputRegistered{Path: prefix + "/a.md", File: events.File{Name: "../a.md"}}
	if err := New(b).Archive(t.Context(), io.Discard, []events.OutputRegistered{outside}, ""); err == nil {
		t.Error("a name that leaves the archive was taken")
	}
}

func TestPresentNamesWhatIsMissing(t *testing.T) {
	b, files := bucket(t, map[string]string{"a.md": "one", "b.md": "two"})
	if err := b.WriteAll(t.Context(), "elsewhere", []byte("?"), nil); err != nil {
		t.Fatal(err)
	}
	s := New(b)
	list := []events.OutputRegistered{files["a.md"], files["b.md"], {Path: "elsewhere"}}
	if err := s.Present(t.Context(), prefix, list); err != nil {
		t.Error(err)
	}
	if err := b.Delete(t.Context(), prefix+"/b.md"); err != nil {
		t.Fatal(err)
	}
	if err := s.Present(t.Context(), prefix, list); !missing(err, "b.md") {
		t.Errorf("%v, want b.md missing", err)
	}
}

func TestCheckComparesEveryFile(t *testing.T) {
	b, files := bucket(t, map[string]string{"a.md": "one", "b.md": "two", "c.md": "three", "d.md": "four"})
	write(t, b, "b.md", "owt")
	write(t, b, "c.md", "thre")
	if err := b.Delete(t.Context(), prefix+"/d.md"); err != nil {
		t.Fatal(err)
	}
	write(t, b, "stray.txt", "?")
	write(t, b, "half.tmp", "?")
	write(t, b, "folder/file", "?")
	checks, strays, err := New(b).Check(t.Context(), prefix, files)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range checks {
		got = append(got, c.Name+" "+c.Result)
	}
	if want := []string{"a.md ok", "b.md changed", "c.md changed", "d.md missing"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if want := []Stray{{Name: "stray.txt", Size: 1}}; !slices.Equal(strays, want) {
		t.Errorf("strays %v, want %v", strays, want)
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	b, files := bucket(t, map[string]string{"a.md": "one"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := New(b).Check(ctx, prefix, files); err == nil {
		t.Error("a check without time said all is well")
	}
}
