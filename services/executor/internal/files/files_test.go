package files_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/files"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// folder returns a task's folder and where it is on the disk.
func folder(t *testing.T, prefix string) (files.Folder, string) {
	t.Helper()
	dir := t.TempDir()
	b, err := bucket.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return files.Folder{Bucket: b, Prefix: prefix}, filepath.Join(dir, prefix)
}

// publish writes files through a scratch and returns their manifest by name.
func publish(t *testing.T, f files.Folder, contents map[string]string) map[string]events.File {
	t.Helper()
	s := scratch(t, contents)
	if err := f.PutAll(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	manifest := map[string]events.File{}
	for _, file := range s.Manifest() {
		manifest[file.Name] = file
	}
	return manifest
}

func scratch(t *testing.T, contents map[string]string) *files.Scratch {
	t.Helper()
	s, err := files.NewScratch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range contents {
		if err := s.WriteFile(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestNames(t *testing.T) {
	for _, good := range []string{"t.ddl", "订单_detail.md", "qs_shop_20250701_143052_pair.json.backup", strings.Repeat("x", 255)} {
		if err := files.CheckName(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", ".", "..", ".hidden", "a/b", `a\b`, "c:x", "a\nb", "a\x00", "\xff", "x.tmp", strings.Repeat("x", 256)} {
		if err := files.CheckName(bad); !errors.Is(err, files.ErrName) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzCheckName: whatever is accepted stays within its folder.
func FuzzCheckName(f *testing.F) {
	for _, seed := range []string{"t.ddl", "../t", "a/../../b", "..", "C:x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if files.CheckName(name) == nil && (filepath.Base(name) != name || !filepath.IsLocal(name)) {
			t.Errorf("%q is accepted", name)
		}
	})
}

// TestACopyIsPublishedBeforeTheFileThatChanges cannot publish the copy, and so
// must leave the file as it was.
func TestACopyIsPublishedBeforeTheFileThatChanges(t *testing.T) {
	f, dir := folder(t, "task")
	publish(t, f, map[string]string{"p.json": "original"})
	if err := os.Mkdir(filepath.Join(dir, "p.json.backup"), 0o755); err != nil { // in the way of the copy
		t.Fatal(err)
	}
	if err := f.PutAll(t.Context(), scratch(t, map[string]string{"p.json": "changed", "p.json.backup": "original"})); err == nil {
		t.Error("the copy was published after all")
	}
	if data, err := f.Read(t.Context(), "p.json", 100); string(data) != "original" || err != nil {
		t.Errorf("the file is %q, %v", data, err)
	}
}

func TestAScratchThatIsDroppedTakesNothing(t *testing.T) {
	s := scratch(t, map[string]string{"a": "1"})
	if err := s.Drop(); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteFile("b", nil); !errors.Is(err, files.ErrSealed) {
		t.Errorf("a write after the end: %v", err)
	}
	if _, err := s.Open("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

func TestAViewIsAFileSystemOfTheManifest(t *testing.T) {
	f, _ := folder(t, "task")
	manifest := publish(t, f, map[string]string{"a.ddl": "CREATE TABLE a ();", "b.md": "", "订单.ddl": "x"})
	publish(t, f, map[string]string{"stranger.ddl": "not in any manifest"})
	view := files.NewView(t.Context(), f, manifest, events.English)
	if err := fstest.TestFS(view, "a.ddl", "b.md", "订单.ddl"); err != nil {
		t.Error(err)
	}
	if _, err := fs.ReadFile(view, "stranger.ddl"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that no manifest names: %v", err)
	}
}

// TestAViewReadsWhatTheManifestPromises changes the folder behind the manifest.
func TestAViewReadsWhatTheManifestPromises(t *testing.T) {
	for name, c := range map[string]struct {
		change func(dir string) error
		want   string // content, or error type
	}{
		"untouched": {func(string) error { return nil }, "original"},
		"changed":   {put("p.json", "altered!"), "step_input_changed"},
		"longer":    {put("p.json", "original and more"), "step_input_changed"},
		"removed":   {func(dir string) error { return os.Remove(filepath.Join(dir, "p.json")) }, "step_input_missing"},
		"rewritten in place, with a copy": {func(dir string) error {
			return errors.Join(put("p.json", "shorter")(dir), put("p.json.backup", "original")(dir))
		}, "original"},
		"rewritten, and the copy too": {func(dir string) error {
			return errors.Join(put("p.json", "altered!")(dir), put("p.json.backup", "altered!")(dir))
		}, "step_input_changed"},
	} {
		t.Run(name, func(t *testing.T) {
			f, dir := folder(t, "task")
			view := files.NewView(t.Context(), f, publish(t, f, map[string]string{"p.json": "original"}), events.English)
			if err := c.change(dir); err != nil {
				t.Fatal(err)
			}
			data, err := fs.ReadFile(view, "p.json")
			got := string(data)
			if failure := new(steps.Error); errors.As(err, &failure) {
				got = failure.Type
			}
			if got != c.want {
				t.Errorf("got %q, %v, want %s", got, err, c.want)
			}
		})
	}
}

func put(name, content string) func(dir string) error {
	return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644) }
}

func TestAFolderAsItIs(t *testing.T) {
	f, dir := folder(t, "")
	if err := errors.Join(put("a.ddl", "1")(dir), put("half.tmp", "2")(dir), put(".hidden", "3")(dir), os.Mkdir(filepath.Join(dir, "other"), 0o755), put("other/b.ddl", "4")(dir)); err != nil {
		t.Fatal(err)
	}
	found, err := f.List(t.Context())
	if err != nil || len(found) != 1 || found["a.ddl"].Size != 1 {
		t.Errorf("%v, %v", found, err)
	}
	view := files.NewView(t.Context(), f, found, events.English)
	if data, err := fs.ReadFile(view, "a.ddl"); string(data) != "1" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
}

func TestRemovingATasksFiles(t *testing.T) {
	f, dir := folder(t, "task")
	publish(t, f, map[string]string{"a": "1", "b": "2"})
	other := files.Folder{Bucket: f.Bucket, Prefix: "task_2"}
	publish(t, other, map[string]string{"c": "3"})
	if err := f.Remove(t.Context(), "a", "never there"); err != nil {
		t.Error(err)
	}
	if err := f.RemoveAll(t.Context()); err != nil {
		t.Error(err)
	}
	if found, err := f.List(t.Context()); err != nil || len(found) > 0 {
		t.Errorf("left: %v, %v", found, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the empty folder is still there: %v", err)
	}
	if err := (files.Folder{Bucket: f.Bucket}).RemoveAll(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(dir), "task_2", "c")); err != nil {
		t.Errorf("another task's file is gone: %v", err)
	}
	if err := f.Remove(t.Context(), "../task_2/c"); !errors.Is(err, files.ErrName) {
		t.Errorf("removing beyond the folder: %v", err)
	}
}

// TestAnyContentComesBack: what is published is what a later step reads.
func TestAnyContentComesBack(t *testing.T) {
	f, _ := folder(t, "task")
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		content := rapid.SliceOfN(rapid.Byte(), 0, 4096).Draw(t, "content")
		view := files.NewView(outer.Context(), f, publish(outer, f, map[string]string{"x": string(content)}), events.English)
		got, err := fs.ReadFile(view, "x")
		if err != nil || string(got) != string(content) {
			t.Fatalf("%d bytes, %v, want %d", len(got), err, len(content))
		}
	})
}
