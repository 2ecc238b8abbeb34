package stack

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestKeys are made once, fit each other, and are nobody else's to read.
func TestKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "identity")
	recipient, err := keys(file)
	if err != nil {
		t.Fatal(err)
	}
	again, err := keys(file)
	if err != nil || again != recipient {
		t.Errorf("the second time %q, %v; the first time %q", again, err, recipient)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the identity's mode is %v, %v", info.Mode(), err)
	}
	sealer, err := seal.NewSealer(recipient)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := sealer.Seal([]byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	identity, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	opener, err := seal.NewOpener(string(identity))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := opener.Open(sealed); err != nil || string(text) != "secret" {
		t.Errorf("opened %q, %v", text, err)
	}
}

// TestGiven starts what the environment does not name, and nothing else.
func TestGiven(t *testing.T) {
	for _, c := range []struct {
		name      string
		env       given
		sample    bool
		databases int
		vectors   string // where they go; empty is the started server
	}{
		{"nothing", given{}, false, 2, ""},
		{"nothing, with the sample", given{}, true, 3, ""},
		{"a database", given{database: "db"}, false, 0, "db"},
		{"a vector store", given{vectors: "vs"}, false, 1, "vs"},
		{"both", given{database: "db", vectors: "vs"}, false, 0, "vs"},
	} {
		needs := c.env.needs(Config{DataDir: "d", Sample: c.sample}, nil)
		if len(needs.Databases) != c.databases {
			t.Errorf("%s: the databases to start are %q", c.name, needs.Databases)
		}
		if c.vectors == "" || c.env.database == "" {
			continue // the rest needs a server
		}
		if got := c.env.on(&Foundation{NATSURL: "nats"}); got.vectors != c.vectors || got.nats != "nats" || got.database != "db" {
			t.Errorf("%s: completed to %+v", c.name, got)
		}
	}
}

// TestLayFails leaves nothing: no server and no folder of a private broker.
func TestLayFails(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir := t.TempDir()
	first, err := Lay(t.Context(), Needs{DataDir: dir, Private: true, Databases: []string{"one"}, Log: testkit.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lay(t.Context(), Needs{DataDir: dir, Private: true, Databases: []string{"one"}, Log: testkit.Log(t)}); !errors.Is(err, embedded.ErrInUse) {
		t.Errorf("a second foundation on the same folder: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "*")); err != nil || len(left) > 0 {
		t.Errorf("left are %q, %v", left, err)
	}
}
