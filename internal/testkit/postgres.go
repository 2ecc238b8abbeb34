package testkit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/citu/datapipeline/internal/embedded"
)

// settings make the tests' server fast; its data need not survive anything.
var settings = map[string]string{
	"fsync":              "off",
	"synchronous_commit": "off",
	"full_page_writes":   "off",
	"wal_level":          "minimal",
	"max_wal_senders":    "0",
	"max_connections":    "300",
	"shared_buffers":     "64MB",
}

// shared is the one server of this test process.
var shared struct {
	start  sync.Once
	server *embedded.Postgres
	err    error
	dir    string
	count  atomic.Int64
}

// Postgres returns the connection string of a fresh, empty UTF-8 database on
// a real server, as its superuser. The database is dropped when the test
// ends. The server is started by a process's first call, and stopped by Main
// or, whatever happens, with the process.
func Postgres(tb testing.TB) string {
	tb.Helper()
	server := postgresServer(tb)
	name := fmt.Sprintf("%s_%d", databaseName(tb.Name()), shared.count.Add(1))
	if err := server.CreateDatabase(tb.Context(), name); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := server.DropDatabase(ctx, name); err != nil {
			tb.Error(err)
		}
	})
	return server.DSN(name)
}

func postgresServer(tb testing.TB) *embedded.Postgres {
	tb.Helper()
	shared.start.Do(func() { shared.server, shared.dir, shared.err = startPostgres() })
	if shared.err != nil {
		tb.Fatalf("tests need a PostgreSQL server: %v", shared.err)
	}
	return shared.server
}

// startPostgres runs a server on a copy of an initialised cluster.
func startPostgres() (*embedded.Postgres, string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	root := filepath.Join(os.TempDir(), fmt.Sprintf("datapipeline-testkit-%d", os.Getuid()))
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, "", err
	}
	lock, err := lockFile(filepath.Join(root, "lock"))
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = lock.Close() }()
	sweep(root)
	template, err := ensureTemplate(ctx, root)
	if err != nil {
		return nil, "", err
	}
	dir, err := os.MkdirTemp(root, "run-")
	if err != nil {
		return nil, "", err
	}
	if err := os.CopyFS(dir, os.DirFS(template)); err != nil {
		return nil, dir, err
	}
	if err := os.Chmod(filepath.Join(dir, "data"), 0o700); err != nil {
		return nil, dir, err
	}
	server, err := embedded.StartPostgres(ctx, embedded.PostgresConfig{Dir: dir, Settings: settings})
	return server, dir, err
}

// ensureTemplate makes, once per server version, a cluster to copy: initdb
// takes a second, a copy a tenth.
func ensureTemplate(ctx context.Context, root string) (string, error) {
	bin, err := embedded.Binaries(ctx)
	if err != nil {
		return "", err
	}
	template := filepath.Join(root, "template-"+strings.Trim(strings.NewReplacer("/", "-", ".", "-").Replace(bin), "-"))
	if _, err := os.Stat(filepath.Join(template, "data")); err == nil {
		return template, nil
	}
	server, err := embedded.StartPostgres(ctx, embedded.PostgresConfig{Dir: template, Settings: settings})
	if err != nil {
		return "", err
	}
	return template, server.Stop(ctx)
}

// sweep removes the folders of processes that were killed: no process holds
// their lock any more.
func sweep(root string) {
	dirs, _ := filepath.Glob(filepath.Join(root, "run-*")) // the pattern is well formed
	for _, dir := range dirs {
		if embedded.Abandoned(dir) {
			_ = os.RemoveAll(dir) // the next process tries again
		}
	}
}

// stopPostgres stops the shared server, if any, and removes its files.
func stopPostgres() error {
	if shared.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := shared.server.Stop(ctx); err != nil {
		return err
	}
	return os.RemoveAll(shared.dir)
}

// lockFile waits until this process holds the lock.
func lockFile(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return f, syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
}

// databaseName makes a readable name of a test's, short enough for a suffix.
func databaseName(test string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '_'
	}, test)
	return clean[:min(len(clean), 50)]
}
