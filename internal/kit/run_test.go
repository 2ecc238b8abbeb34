package kit_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// waiter runs until it is told to end and says that it has.
func waiter(name string, ended chan<- string) kit.Runner {
	return kit.Named(name, func(ctx context.Context) error {
		<-ctx.Done()
		ended <- name
		return ctx.Err()
	})
}

func TestRunAllEndsAllWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan string, 2)
	cancel()
	if err := kit.RunAll(ctx, waiter("a", ended), waiter("b", ended)); err != nil {
		t.Errorf("told to end, yet %v", err)
	}
	if len(ended) != 2 {
		t.Errorf("%d of 2 ended", len(ended))
	}
}

func TestRunAllEndsAllWithTheFirst(t *testing.T) {
	broken := errors.New("broken")
	for name, first := range map[string]error{"failed": broken, "finished": nil} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan string, 1)
			err := kit.RunAll(t.Context(), waiter("a", ended), kit.Named("b", func(context.Context) error { return first }))
			if !errors.Is(err, first) {
				t.Errorf("got %v", err)
			}
			if first != nil && err.Error() != "b: broken" {
				t.Errorf("got %q", err)
			}
			if len(ended) != 1 {
				t.Error("the other was left running")
			}
		})
	}
}

func TestRunAllJoinsFailuresOfTheDrain(t *testing.T) {
	fail := func(name string) kit.Runner {
		return kit.Named(name, func(ctx context.Context) error {
			<-ctx.Done()
			return errors.New("flush failed")
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := kit.RunAll(ctx, fail("a"), fail("b"))
	if err == nil || err.Error() != "a: flush failed\nb: flush failed" {
		t.Errorf("got %v", err)
	}
}

func TestRunAllNamesWhatDoesNotStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		release := make(chan struct{})
		stuck := kit.Named("stuck", func(context.Context) error { <-release; return nil })
		err := kit.RunAll(ctx, stuck, waiter("a", make(chan string, 1)))
		if !errors.Is(err, kit.ErrNotDrained) || !strings.Contains(err.Error(), "stuck") {
			t.Errorf("got %v", err)
		}
		close(release)
	})
}

func TestRunAllOfNothing(t *testing.T) {
	if err := kit.RunAll(t.Context()); err != nil {
		t.Error(err)
	}
}
