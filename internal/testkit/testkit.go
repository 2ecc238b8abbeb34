// Package testkit gives tests real servers and small tools. It is for _test.go
// files alone and never part of a binary.
package testkit

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"
)

// Main runs a package's tests, stops the servers they shared and fails the
// run when a goroutine is left. Use it as TestMain:
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
func Main(m *testing.M, options ...goleak.Option) {
	code := m.Run()
	if err := stopPostgres(); err != nil {
		fmt.Fprintln(os.Stderr, "testkit:", err)
		code = 1
	}
	if code == 0 {
		// fasthttp's clock for Date headers runs as long as its process.
		options = append(options, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))
		if err := goleak.Find(options...); err != nil {
			fmt.Fprintln(os.Stderr, "testkit: goroutines left by the tests:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// Log returns a logger that writes to the test's output.
func Log(tb testing.TB) *zap.Logger {
	tb.Helper()
	return zaptest.NewLogger(tb)
}
