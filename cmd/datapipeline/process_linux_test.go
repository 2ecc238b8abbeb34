package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// processes returns the command lines of the processes, apart from this one,
// that name a text there or work in a folder whose path begins with it.
func processes(t *testing.T, text string) []string {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, process := range all {
		line, lineErr := os.ReadFile(filepath.Join(process, "cmdline"))
		folder, folderErr := os.Readlink(filepath.Join(process, "cwd"))
		names := lineErr == nil && strings.Contains(string(line), text) || folderErr == nil && strings.HasPrefix(folder, text)
		if names && process != fmt.Sprintf("/proc/%d", os.Getpid()) {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

// TestSecretStaysSecret gives the connection string on the command line, where
// it should not be given, and looks for its password everywhere.
func TestSecretStaysSecret(t *testing.T) {
	t.Parallel()
	server := testkit.NATS(t)
	b := server.Broker()
	dsn := testkit.Postgres(t)
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	release := lockTable(t, dsn)
	dir, temp := t.TempDir(), t.TempDir()
	tables := filepath.Join(temp, "tables.txt")
	if err := os.WriteFile(tables, []byte("sale"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, []string{"DP_NATS_URL=" + server.URL(), "TMPDIR=" + temp, "DP_VECTOR_DATABASE_URL=" + dsn},
		"run", "-v", "--db-connection", dsn, "--table-list", tables, "--output-dir", dir)
	p.await(t, "Table documents: running")
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.cmd.Process.Pid))
	if err != nil || !strings.Contains(string(line), "***") {
		t.Errorf("the command line is %q, %v", line, err)
	}
	for _, line := range processes(t, password) {
		t.Errorf("the password is in a command line: %s", line)
	}
	release()
	if code := p.wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if strings.Contains(p.out.String()+p.err.String(), password) {
		t.Error("the password is in the output")
	}
	for _, folder := range []string{dir, temp} {
		noFileHolds(t, folder, password)
	}
	for _, stream := range []string{events.StreamPipeline, events.StreamLogs} {
		noMessageHolds(t, b.JS(), stream, password)
	}
}

// lockTable makes a table that nobody can read until it is released.
func lockTable(t *testing.T, dsn string) (release func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) // the server ends it, too
	if _, err := conn.Exec(t.Context(), `CREATE TABLE sale (id int PRIMARY KEY, amount int); INSERT INTO sale VALUES (1, 2);`); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `BEGIN; LOCK TABLE sale IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.Exec(t.Context(), `COMMIT`); err != nil {
			t.Fatal(err)
		}
	}
}

func noFileHolds(t *testing.T, dir, secret string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), secret) {
			t.Errorf("the password is in %s", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files in %s, %v", files, dir, err)
	}
}

func noMessageHolds(t *testing.T, js jetstream.JetStream, stream, secret string) {
	t.Helper()
	s, err := js.Stream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	last := s.CachedInfo().State.LastSeq
	if last == 0 {
		t.Errorf("%s is empty", stream)
	}
	for seq := uint64(1); seq <= last; seq++ {
		msg, err := s.GetMsg(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(msg.Data)+fmt.Sprint(msg.Header), secret) {
			t.Errorf("the password is in message %d of %s", seq, stream)
		}
	}
}

// TestInterruptedByCtrlC ends with the exit code of a task that is not done.
func TestInterruptedByCtrlC(t *testing.T) {
	t.Parallel()
	dsn := testkit.Postgres(t)
	lockTable(t, dsn)
	temp := t.TempDir()
	tables := filepath.Join(t.TempDir(), "tables.txt")
	if err := os.WriteFile(tables, []byte("sale"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, []string{"DP_DB_CONNECTION=" + dsn, "TMPDIR=" + temp}, "run", "--table-list", tables, "--output-dir", t.TempDir(), "--data-dir", filepath.Join(temp, "data"))
	p.await(t, "Table documents: running")
	if code := p.end(t, syscall.SIGINT); code != 2 {
		t.Errorf("exit code %d", code)
	}
	if left := processes(t, temp); len(left) > 0 {
		t.Errorf("processes are left: %q", left)
	}
	if left, err := filepath.Glob(filepath.Join(temp, "datapipeline-*")); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %q %v", left, err)
	}
}
