package files_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/citu/datapipeline/services/executor/internal/files"
)

// TestWhatAKilledProcessLeftGoes and nothing else: not the folder of a living
// process, not one that was just made, not another program's.
func TestWhatAKilledProcessLeftGoes(t *testing.T) {
	parent := t.TempDir()
	old := time.Now().Add(-time.Hour)
	folder := func(name string, at time.Time) string {
		dir := filepath.Join(parent, name)
		if err := os.MkdirAll(filepath.Join(dir, "execution"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	killed, fresh, foreign := folder("datapipeline-executor-1", old), folder("datapipeline-executor-2", time.Now()), folder("other", old)
	living := home(t, parent)
	if err := os.Chtimes(living.Dir, old, old); err != nil {
		t.Fatal(err)
	}
	next := home(t, parent)
	for dir, stays := range map[string]bool{killed: false, fresh: true, foreign: true, living.Dir: true, next.Dir: true} {
		if _, err := os.Stat(dir); (err == nil) != stays {
			t.Errorf("%s: %v, should stay: %v", filepath.Base(dir), err, stays)
		}
	}
	if err := next.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(next.Dir); err == nil {
		t.Error("a closed home is still there")
	}
}

func home(t *testing.T, parent string) *files.Home {
	t.Helper()
	h, err := files.NewHome(parent)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}
