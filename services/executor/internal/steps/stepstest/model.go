package stepstest

import (
	"context"
	"testing"
	"time"

	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/llm"
)

// Model opens a session with a scripted model, for Run.Model. It keeps no
// answers, and waits for no retry. Changes adapt the configuration: a budget, a
// timeout, prices.
func Model(tb testing.TB, server *modelserver.Server, changes ...func(*llm.Config)) *llm.Session {
	tb.Helper()
	cfg := llm.Config{BaseURL: server.URL(), Key: modelserver.Key, Model: modelserver.Model, Timeout: 10 * time.Second}
	for _, change := range changes {
		change(&cfg)
	}
	client, err := llm.New(cfg, llm.Options{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(client.Close)
	return client.Session()
}
