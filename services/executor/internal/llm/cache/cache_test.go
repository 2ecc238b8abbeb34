package cache_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/services/executor/internal/llm/cache"
)

// inFolder is a cache in a folder.
func inFolder(t *testing.T) (*cache.Cache, string) {
	t.Helper()
	dir := t.TempDir()
	b, err := bucket.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return cache.New(b), dir
}

// entry is the path of the only entry.
func entry(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("entries %v, %v", found, err)
	}
	return found[0]
}

func TestKeeps(t *testing.T) {
	c, _ := inFolder(t)
	key := cache.Key("question")
	if _, ok := c.Get(t.Context(), key); ok {
		t.Error("something is there from the beginning")
	}
	for _, value := range []string{"answer", ""} {
		if err := c.Put(t.Context(), key, []byte(value)); err != nil {
			t.Fatal(err)
		}
		if got, ok := c.Get(t.Context(), key); !ok || string(got) != value {
			t.Errorf("got %q, %t", got, ok)
		}
	}
	if _, ok := c.Get(t.Context(), cache.Key("another")); ok {
		t.Error("another question has the same answer")
	}
}

func TestASpoiltEntryIsAMiss(t *testing.T) {
	for name, spoil := range map[string]func([]byte) []byte{
		"cut":     func(b []byte) []byte { return b[:len(b)-1] },
		"empty":   func([]byte) []byte { return nil },
		"changed": func(b []byte) []byte { return bytes.Replace(b, []byte("answer"), []byte("anzwer"), 1) },
		"grown":   func(b []byte) []byte { return append(b, '!') },
	} {
		t.Run(name, func(t *testing.T) {
			c, dir := inFolder(t)
			key := cache.Key("question")
			if err := c.Put(t.Context(), key, []byte("answer")); err != nil {
				t.Fatal(err)
			}
			file := entry(t, dir)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, spoil(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, ok := c.Get(t.Context(), key); ok {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestSweepsWhatIsOld(t *testing.T) {
	c, dir := inFolder(t)
	if err := c.Put(t.Context(), cache.Key("old"), []byte("answer")); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-cache.MaxAge - time.Hour)
	if err := os.Chtimes(entry(t, dir), old, old); err != nil {
		t.Fatal(err)
	}
	if err := c.Put(t.Context(), cache.Key("new"), []byte("answer")); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Sweep(t.Context(), time.Now()); n != 1 || err != nil {
		t.Fatalf("removed %d, %v", n, err)
	}
	_, oldThere := c.Get(t.Context(), cache.Key("old"))
	_, newThere := c.Get(t.Context(), cache.Key("new"))
	if oldThere || !newThere {
		t.Errorf("old %t, new %t", oldThere, newThere)
	}
}

func TestANilCacheKeepsNothing(t *testing.T) {
	var c *cache.Cache
	if err := c.Put(t.Context(), cache.Key("a"), nil); err != nil {
		t.Error(err)
	}
	if _, ok := c.Get(t.Context(), cache.Key("a")); ok {
		t.Error("something is there")
	}
	if n, err := c.Sweep(t.Context(), time.Now()); n != 0 || err != nil {
		t.Error(n, err)
	}
}

// Different parts never have one key.
func TestKeysTellPartsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune{'a', 'b'}), 0, 3, -1), 1, 3)
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		same := len(a) == len(b)
		for i := range min(len(a), len(b)) {
			same = same && a[i] == b[i]
		}
		if (cache.Key(a...) == cache.Key(b...)) != same {
			t.Fatalf("%q and %q", a, b)
		}
	})
}
