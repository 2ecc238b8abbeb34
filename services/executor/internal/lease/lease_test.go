package lease_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/lease"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const task = "task_20250701_143052"

// open makes the bucket anew with a lifetime that a test can wait for.
func open(t *testing.T, ttl time.Duration) *lease.Leases {
	t.Helper()
	js := testkit.Broker(t).JS()
	if err := js.DeleteKeyValue(t.Context(), events.BucketLeases); err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: events.BucketLeases, TTL: ttl}); err != nil {
		t.Fatal(err)
	}
	leases, err := lease.Open(t.Context(), js)
	if err != nil {
		t.Fatal(err)
	}
	return leases
}

func acquire(t *testing.T, leases *lease.Leases, holder string) *lease.Lease {
	t.Helper()
	got, err := leases.Acquire(t.Context(), task, holder)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestOneHolderAtATime(t *testing.T) {
	leases := open(t, time.Minute)
	var won atomic.Int32
	var wg sync.WaitGroup
	for _, holder := range []string{"a", "b", "c", "d"} {
		wg.Go(func() {
			switch _, err := leases.Acquire(t.Context(), task, holder); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, lease.ErrHeld):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d holders", won.Load())
	}
}

func TestAReleasedLeaseIsFree(t *testing.T) {
	leases := open(t, time.Minute)
	first := acquire(t, leases, "a")
	if err := first.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := first.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	acquire(t, leases, "b")
	if err := first.Renew(t.Context()); !errors.Is(err, lease.ErrLost) {
		t.Errorf("renewing a lease of somebody else: %v", err)
	}
	if err := first.Release(t.Context()); err != nil {
		t.Errorf("releasing a lost lease: %v", err)
	}
	if _, err := leases.Acquire(t.Context(), task, "c"); !errors.Is(err, lease.ErrHeld) {
		t.Errorf("the release of a lost lease freed that of another: %v", err)
	}
}

func TestTheSameHolderFindsWhatAnEarlierCallLeft(t *testing.T) {
	leases := open(t, time.Minute)
	acquire(t, leases, "a")
	again := acquire(t, leases, "a")
	if err := again.Renew(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestALeaseThatIsNotRenewedExpires(t *testing.T) {
	leases := open(t, 300*time.Millisecond)
	stalled := acquire(t, leases, "a")
	testkit.Eventually(t, t.Context(), func() bool {
		_, err := leases.Acquire(t.Context(), task, "b")
		return err == nil
	})
	if err := stalled.Renew(t.Context()); !errors.Is(err, lease.ErrLost) {
		t.Errorf("renewing an expired lease: %v", err)
	}
}
