package story

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/recorder"
)

// Stage is a NATS server, a database and, between Record and what it returns,
// a recorder.
type Stage struct {
	tb     testing.TB
	NATS   *testkit.Server
	Broker *broker.Broker
	DSN    string
	DB     *pgxpool.Pool
}

// NewStage starts the servers; the database is migrated. They end with the
// test.
func NewStage(tb testing.TB) *Stage {
	tb.Helper()
	server := testkit.NATS(tb)
	s := &Stage{tb: tb, NATS: server, Broker: server.Broker(), DSN: testkit.Postgres(tb)}
	if err := recorder.Migrate(tb.Context(), s.DSN); err != nil {
		tb.Fatal(err)
	}
	db, err := postgres.Open(tb.Context(), postgres.Config{URL: s.DSN}, testkit.Log(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	s.DB = db
	return s
}

// Record runs a recorder until the function that it returns is called, or the
// test ends.
func (s *Stage) Record() (stop func()) {
	s.tb.Helper()
	r, err := recorder.New(recorder.Config{
		Config: broker.Config{URL: s.NATS.URL(), Replicas: 1}, Postgres: postgres.Config{URL: s.DSN},
		TaskTimeout:      100_000 * time.Hour, // stories are set in the past
		LogRetentionDays: 30, FileRetentionDays: 30, MonitorInterval: time.Hour,
	}, kit.Runtime{Log: testkit.Log(s.tb), Metrics: prometheus.NewRegistry()})
	if err != nil {
		s.tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			s.tb.Error(err)
		}
	}
	s.tb.Cleanup(stop)
	return stop
}

// Recorded waits until everything that is in the streams is in the tables.
func (s *Stage) Recorded() {
	s.tb.Helper()
	for _, stream := range []string{events.StreamPipeline, events.StreamLogs} {
		state, err := s.Broker.State(s.tb.Context(), stream)
		if err != nil {
			s.tb.Fatal(err)
		}
		end := time.Now().Add(20 * time.Second)
		for s.position(stream) < state.Last {
			if time.Now().After(end) {
				s.tb.Fatalf("%s is recorded up to %d of %d", stream, s.position(stream), state.Last)
			}
			time.Sleep(2 * time.Millisecond) // the recorder gives no signal
		}
	}
}

func (s *Stage) position(stream string) uint64 {
	s.tb.Helper()
	var n uint64
	err := s.DB.QueryRow(s.tb.Context(), "SELECT coalesce(max(sequence), 0) FROM data_pipeline_positions WHERE stream = $1", stream).Scan(&n)
	if err != nil {
		s.tb.Fatal(err)
	}
	return n
}
