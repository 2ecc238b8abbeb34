package httpapi

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) {
	// fasthttp's janitor of idle workers notices only within ten seconds that
	// its server has stopped.
	testkit.Main(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}
