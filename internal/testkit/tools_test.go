package testkit_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/citu/datapipeline/internal/testkit"
)

// recorded is a test that is expected to fail.
type recorded struct {
	testing.TB
	failed bool
}

func (r *recorded) Errorf(string, ...any) { r.failed = true }
func (r *recorded) Fatalf(string, ...any) { r.failed = true; panic(r) }

// fails says whether f, given a test, makes it fail.
func fails(t *testing.T, f func(testing.TB)) bool {
	t.Helper()
	r := &recorded{TB: t}
	func() {
		defer func() { _ = recover() }()
		f(r)
	}()
	return r.failed
}

func TestGolden(t *testing.T) {
	path := filepath.Join(t.TempDir(), "golden.txt")
	if err := os.WriteFile(path, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	testkit.Golden(t, path, []byte("one\ntwo\n"))
	for name, got := range map[string]string{"a line differs": "one\n2\n", "a line is missing": "one\n", "a line is added": "one\ntwo\nthree\n"} {
		if !fails(t, func(tb testing.TB) { testkit.Golden(tb, path, []byte(got)) }) {
			t.Errorf("%s, and the test passes", name)
		}
	}
	if !fails(t, func(tb testing.TB) { testkit.Golden(tb, path+".missing", nil) }) {
		t.Error("the file is missing, and the test passes")
	}
}

func TestEventually(t *testing.T) {
	calls := 0
	testkit.Eventually(t, t.Context(), func() bool { calls++; return calls == 3 })
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if !fails(t, func(tb testing.TB) { testkit.Eventually(tb, ended, func() bool { return false }) }) {
		t.Error("the condition never holds, and the test passes")
	}
}

func TestTimes(t *testing.T) {
	times := testkit.Times{4, 1, 3, 2, 5}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 3, 0.95: 5, 1: 5} {
		if got := times.Quantile(q); got != want {
			t.Errorf("quantile %v is %d, not %d", q, got, want)
		}
	}
	if got := times.Ratio(testkit.Times{2, 1, 9}); got != 1.5 {
		t.Errorf("ratio %v", got)
	}
	if got := (testkit.Times{}).Quantile(0.5); got != 0 {
		t.Errorf("median of nothing is %d", got)
	}
}

func TestServerComesBackWhereItWas(t *testing.T) {
	s := testkit.NATS(t)
	url := s.URL()
	b := s.Broker()
	s.Stop()
	s.Start()
	if s.URL() != url {
		t.Errorf("%s became %s", url, s.URL())
	}
	testkit.Eventually(t, t.Context(), func() bool { return b.Ready(t.Context()) == nil })
}
