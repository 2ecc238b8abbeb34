package testkit

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Golden compares got with the file at path, which it writes instead when the
// tests run with -update.
func Golden(tb testing.TB, path string, got []byte) {
	tb.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			tb.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatalf("%v (run with -update to make it)", err)
	}
	if !bytes.Equal(got, want) {
		tb.Errorf("%s differs (run with -update to accept):\n%s", path, difference(want, got))
	}
}

// difference shows the first line that differs.
func difference(want, got []byte) string {
	w, g := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	i := 0
	for i < len(w) && i < len(g) && bytes.Equal(w[i], g[i]) {
		i++
	}
	line := func(lines [][]byte) []byte {
		if i < len(lines) {
			return lines[i]
		}
		return []byte("(the end)")
	}
	return string(bytes.Join([][]byte{[]byte("- "), line(w), []byte("\n+ "), line(g)}, nil))
}

// eventuallyLimit bounds Eventually where ctx does not.
const eventuallyLimit = 20 * time.Second

// Eventually waits until condition holds, looking again every few
// milliseconds, and fails the test when ctx or 20 s end first. It is for what
// gives no signal; prefer one that does.
func Eventually(tb testing.TB, ctx context.Context, condition func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(ctx, eventuallyLimit)
	defer cancel()
	for !condition() {
		select {
		case <-ctx.Done():
			tb.Fatalf("the condition did not come true: %v", context.Cause(ctx))
		case <-time.After(5 * time.Millisecond):
		}
	}
}
