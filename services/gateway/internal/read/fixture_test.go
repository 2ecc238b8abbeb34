package read_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/gateway/internal/live"
	"github.com/citu/datapipeline/services/gateway/internal/read"
	"github.com/citu/datapipeline/services/gateway/internal/story"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var start = time.Date(2025, 7, 1, 14, 30, 52, 123456789, time.UTC)

// bundle is a stage with a reader.
type bundle struct {
	*story.Stage
	reader *read.Reader
	hub    *live.Hub
}

func setup(tb testing.TB) *bundle {
	tb.Helper()
	s := story.NewStage(tb)
	hub := live.New(s.Broker, live.Config{}, testkit.Log(tb))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- hub.Run(ctx) }()
	tb.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	if _, err := hub.Now(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return &bundle{Stage: s, hub: hub, reader: read.New(s.DB, s.Broker, hub, testkit.Log(tb))}
}

var (
	live0     = live.Position{}
	allEvents = live.Filter{}
)

func pool(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	p, err := postgres.Open(t.Context(), postgres.Config{URL: dsn}, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}
