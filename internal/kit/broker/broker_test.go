package broker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestProvisionedBrokerIsReadyAndVerified(t *testing.T) {
	b := testkit.Broker(t)
	if err := b.Provision(t.Context()); err != nil {
		t.Errorf("provisioning again: %v", err)
	}
	if err := b.Verify(t.Context()); err != nil {
		t.Errorf("verify: %v", err)
	}
	if err := b.Ready(t.Context()); err != nil {
		t.Errorf("ready: %v", err)
	}
}

// A read right after a write must see it, also of keys and on replicas.
func TestNothingIsReadFromFollowers(t *testing.T) {
	b := testkit.Broker(t)
	for _, name := range []string{events.StreamPipeline, events.StreamLogs,
		"KV_" + events.BucketLeases, "KV_" + events.BucketIdempotency, "OBJ_" + events.StoreTableLists} {
		s, err := b.JS().Stream(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if s.CachedInfo().Config.AllowDirect {
			t.Errorf("%s allows direct reads", name)
		}
	}
}

func TestVerifySaysAllThatDiffers(t *testing.T) {
	b := testkit.Broker(t)
	s, err := b.JS().Stream(t.Context(), events.StreamPipeline)
	if err != nil {
		t.Fatal(err)
	}
	cfg := s.CachedInfo().Config
	cfg.AllowDirect, cfg.MaxAge = true, time.Hour
	if _, err := b.JS().UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := b.JS().DeleteConsumer(t.Context(), events.StreamPipeline, events.ConsumerFilescan); err != nil {
		t.Fatal(err)
	}
	err = b.Verify(t.Context())
	for _, want := range []string{"allow_direct is true", "max_age is 1h0m0s", events.ConsumerFilescan} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if !errors.Is(err, broker.ErrNotFound) {
		t.Errorf("a missing consumer is not ErrNotFound: %v", err)
	}
}

func TestPrepareWaitsForWhoeverProvisions(t *testing.T) {
	server := testkit.NATS(t)
	service, err := broker.Connect(t.Context(), broker.Config{URL: server.URL()}, "service", testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	ready := make(chan error)
	go func() { ready <- service.Prepare(t.Context()) }()
	server.Broker() // provisions
	if err := <-ready; err != nil {
		t.Error(err)
	}
}

func TestBrokerWithoutAServer(t *testing.T) {
	b, err := broker.Connect(t.Context(), broker.Config{URL: "nats://127.0.0.1:1"}, "test", testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Ready(t.Context()); !errors.Is(err, broker.ErrUnavailable) {
		t.Errorf("ready: %v, want ErrUnavailable", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := b.Prepare(ctx); !errors.Is(err, broker.ErrUnavailable) {
		t.Errorf("prepare: %v, want ErrUnavailable", err)
	}
}

func TestConfigNamesEveryFault(t *testing.T) {
	err := broker.Config{Replicas: 2, MaxConcurrentTasks: -1, LogBytes: -1}.Validate()
	for _, want := range []string{"nats-replicas", "max-concurrent-tasks", "nats-log-bytes"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if err := (broker.Config{Replicas: 3, MaxConcurrentTasks: 4}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestTranslate(t *testing.T) {
	for _, c := range []struct {
		err, want error
	}{
		{jetstream.ErrKeyExists, broker.ErrConflict},
		{&jetstream.APIError{ErrorCode: 10071}, broker.ErrConflict},
		{&jetstream.APIError{ErrorCode: 10164}, broker.ErrConflict},
		{jetstream.ErrKeyNotFound, broker.ErrNotFound},
		{jetstream.ErrStreamNotFound, broker.ErrNotFound},
		{jetstream.ErrNoStreamResponse, broker.ErrUnavailable},
		{&jetstream.APIError{Code: 503}, broker.ErrUnavailable},
		{&jetstream.APIError{Code: 400, ErrorCode: 10077}, broker.ErrUnavailable},
		{context.DeadlineExceeded, broker.ErrUnavailable},
	} {
		got := broker.Translate(c.err)
		if !errors.Is(got, c.want) || !errors.Is(got, c.err) {
			t.Errorf("%v became %v, want also %v", c.err, got, c.want)
		}
	}
	if other := errors.New("other"); broker.Translate(other).Error() != "other" || broker.Translate(nil) != nil {
		t.Error("an unknown error was changed")
	}
}

func TestProvisionChangesTheLeaseTime(t *testing.T) {
	server := testkit.NATS(t)
	server.Broker()
	cfg := broker.Config{URL: server.URL(), Replicas: 1, MaxConcurrentTasks: 3, LeaseTTL: 5 * time.Second}
	b, err := broker.Connect(t.Context(), cfg, "other", testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Provision(t.Context()); err != nil {
		t.Fatal(err)
	}
	kv, err := b.JS().KeyValue(t.Context(), events.BucketLeases)
	if err != nil {
		t.Fatal(err)
	}
	status, err := kv.Status(t.Context())
	if err != nil || status.TTL() != 5*time.Second {
		t.Errorf("the leases live %s, %v", status.TTL(), err)
	}
	c, err := b.JS().Consumer(t.Context(), events.StreamPipeline, events.ConsumerExecutor)
	if err != nil || c.CachedInfo().Config.MaxAckPending != 3 {
		t.Errorf("%+v, %v", c.CachedInfo().Config, err)
	}
}
