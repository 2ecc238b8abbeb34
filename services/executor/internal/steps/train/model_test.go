package train_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/quality"
	"github.com/citu/datapipeline/services/executor/internal/steps/stepstest"
	"github.com/citu/datapipeline/services/executor/internal/steps/train"
)

// scripted is an embedder at a scripted endpoint, which has asked nothing yet.
func scripted(t *testing.T, server *modelserver.Server) embed.Embedder {
	t.Helper()
	e, err := embed.New(embed.Config{BaseURL: server.URL(), Key: modelserver.Key, Model: "e-1"},
		embed.Options{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { embed.Close(e) })
	return e
}

// What a model embeds is loaded with the dimension of its first answer, and a
// store of another dimension is refused before anything changes.
func TestRunWithAModelsVectors(t *testing.T) {
	dsn, server := testkit.Postgres(t), modelserver.New(t)
	server.SetDimension(6)
	run := stepstest.New(t, "", mapped(t, guests, bookings))
	got := load(t, train.Config{URL: dsn, Embedder: scripted(t, server)}, run)
	if got.Total != 7 || got.Embedder == "lexical-v1" {
		t.Errorf("%+v", got)
	}
	if dims := query[int](t, dsn, "SELECT DISTINCT vector_dims(embedding) FROM langchain_pg_embedding"); len(dims) != 1 || dims[0] != 6 {
		t.Errorf("dimensions %v", dims)
	}
	var r quality.Report
	if err := json.Unmarshal([]byte(run.Files.Text(quality.JSONFile)), &r); err != nil || r.Retrieval == nil || r.Retrieval.Embedder != got.Embedder {
		t.Errorf("%+v, %v", r.Retrieval, err)
	}
	before := everything(t, dsn)
	server.SetDimension(7)
	if e := failure(t, train.Config{URL: dsn, Embedder: scripted(t, server)}, later(t, mapped(t, guests))); e.Type != "embedder_mismatch" {
		t.Errorf("%v", e)
	}
	if everything(t, dsn) != before {
		t.Error("the store changed")
	}
}

func TestRunWithoutItsModel(t *testing.T) {
	dsn, server := testkit.Postgres(t), modelserver.New(t)
	for range 20 {
		server.FaultEmbedding(modelserver.Status(http.StatusInternalServerError, "no"))
	}
	if e := failure(t, train.Config{URL: dsn, Embedder: scripted(t, server)}, stepstest.New(t, "", mapped(t, guests))); e.Type != "embedder_unavailable" || e.Class != "model" {
		t.Errorf("%v", e)
	}
}
