package embed_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"gocloud.dev/blob/memblob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/llm/cache"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// scripted is an embedder at a scripted endpoint.
func scripted(t *testing.T, server *modelserver.Server, changes ...func(*embed.Config)) embed.Embedder {
	t.Helper()
	return with(t, server, nil, changes...)
}

func with(t *testing.T, server *modelserver.Server, kept *cache.Cache, changes ...func(*embed.Config)) embed.Embedder {
	t.Helper()
	cfg := embed.Config{BaseURL: server.URL(), Key: modelserver.Key, Model: "e-1"}
	for _, change := range changes {
		change(&cfg)
	}
	e, err := embed.New(cfg, embed.Options{Cache: kept, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { embed.Close(e) })
	return e
}

func numbered(n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprintf("question number %d", i))
	}
	return texts
}

func wantVectors(t *testing.T, e embed.Embedder, texts []string, dimension int) {
	t.Helper()
	got, err := e.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if !slices.Equal(got[i], modelserver.Vector(text, dimension)) {
			t.Fatalf("text %d, %q: another vector", i, text)
		}
	}
}

// sizes are those of the batches that were asked for.
func sizes(server *modelserver.Server) (sizes []int) {
	for _, r := range server.Requests() {
		sizes = append(sizes, len(r.Inputs))
	}
	slices.Sort(sizes)
	return sizes
}

func TestEmbedsInBatchesOfTen(t *testing.T) {
	server := modelserver.New(t)
	e := scripted(t, server)
	if e.Name() != "e-1" || e.Dimension() != 0 {
		t.Errorf("%s, %d", e.Name(), e.Dimension())
	}
	wantVectors(t, e, append(numbered(25), numbered(5)...), 64)
	if got := sizes(server); !slices.Equal(got, []int{5, 10, 10}) {
		t.Errorf("batches %v", got)
	}
	if e.Dimension() != 64 {
		t.Errorf("dimension %d", e.Dimension())
	}
	if server.Requests()[0].Model != "e-1" {
		t.Errorf("model %q", server.Requests()[0].Model)
	}
}

func TestHalvesBatchesThatAreTooLarge(t *testing.T) {
	server := modelserver.New(t)
	server.SetBatchLimit(3)
	e := scripted(t, server, func(c *embed.Config) { c.BatchSize = 8 })
	wantVectors(t, e, numbered(8), 64)
	before := len(server.Requests())
	wantVectors(t, e, []string{"a", "b", "c", "d", "e"}, 64)
	if later := len(server.Requests()) - before; later != 3 { // of two texts, as it was found to allow
		t.Errorf("%d requests for five texts: %v", later, sizes(server))
	}
}

func TestCutsTextsThatAreTooLong(t *testing.T) {
	server := modelserver.New(t)
	server.FaultEmbedding(modelserver.Status(400, "maximum context length is 512 tokens"))
	e := scripted(t, server)
	long := strings.Repeat("长", 20000)
	if _, err := e.Embed(t.Context(), []string{long}); err != nil {
		t.Fatal(err)
	}
	seen := server.Requests()
	if first, second := len(seen[0].Inputs[0]), len(seen[1].Inputs[0]); first > 24<<10 || second > first/2+3 || second < first/2-3 {
		t.Errorf("sent %d and %d bytes", first, second)
	}
}

func TestEmbedsNothingTwice(t *testing.T) {
	bucket := memblob.OpenBucket(nil)
	t.Cleanup(func() { _ = bucket.Close() })
	server := modelserver.New(t)
	wantVectors(t, with(t, server, cache.New(bucket)), numbered(12), 64)
	again := with(t, server, cache.New(bucket))
	wantVectors(t, again, numbered(13), 64)
	if got := sizes(server); !slices.Equal(got, []int{1, 2, 10}) {
		t.Errorf("batches %v", got)
	}
	wantVectors(t, with(t, server, cache.New(bucket), func(c *embed.Config) { c.ExtraBody = `{"dimensions":64}` }), numbered(1), 64)
	if n := len(server.Requests()); n != 4 || !strings.Contains(string(server.Requests()[3].Body), `"dimensions":64`) {
		t.Errorf("%d requests", n)
	}
}

func TestRetriesAndThenSaysSo(t *testing.T) {
	server := modelserver.New(t)
	server.FaultEmbedding(modelserver.Status(500, "boom"), modelserver.RateLimited("2"), modelserver.Broken)
	wantVectors(t, scripted(t, server), numbered(1), 64)
	for range 5 {
		server.FaultEmbedding(modelserver.Status(503, "loading"))
	}
	if _, err := scripted(t, server).Embed(t.Context(), numbered(1)); !errors.Is(err, embed.ErrUnavailable) || !strings.Contains(err.Error(), "HTTP 503: loading") {
		t.Errorf("err = %v", err)
	}
}

// An endpoint that asks to wait for a day is not waited for.
func TestSaysWhyThereAreNoVectors(t *testing.T) {
	for want, fault := range map[string]modelserver.Fault{
		"HTTP 429: it asks to wait 24 h":       modelserver.RateLimited("86400"),
		"HTTP 401: check DP_EMBEDDING_API_KEY": modelserver.Status(401, "no"),
	} {
		server := modelserver.New(t)
		server.FaultEmbedding(fault)
		_, err := scripted(t, server).Embed(t.Context(), numbered(1))
		if got := embed.Reason(err, events.English); !errors.Is(err, embed.ErrUnavailable) || got != want || len(server.Requests()) != 1 {
			t.Errorf("%v after %d requests; %s, want %s", err, len(server.Requests()), got, want)
		}
	}
	if got := embed.Reason(embed.ErrAnswer, events.English); got != "" {
		t.Errorf("of an answer: %s", got)
	}
}

func TestAWaitForVectorsIsTold(t *testing.T) {
	server := modelserver.New(t)
	server.FaultEmbedding(modelserver.RateLimited("30"))
	core, lines := observer.New(zapcore.InfoLevel)
	if _, err := scripted(t, server).Embed(llm.Patient(t.Context(), zap.New(core), events.English), numbered(1)); err != nil {
		t.Fatal(err)
	}
	if lines.FilterMessage("Waiting for the embedding model (HTTP 429: too many requests), which is asked again in 30 s").Len() != 1 {
		t.Errorf("%v", lines.All())
	}
}

func TestTheDimensionIsOne(t *testing.T) {
	server := modelserver.New(t)
	e := scripted(t, server)
	wantVectors(t, e, numbered(1), 64)
	server.SetDimension(32)
	if _, err := e.Embed(t.Context(), []string{"another"}); !errors.Is(err, embed.ErrAnswer) {
		t.Errorf("err = %v", err)
	}
}

func TestEmbeddingEndsWithItsContext(t *testing.T) {
	server := modelserver.New(t)
	server.FaultEmbedding(modelserver.Hanging)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := scripted(t, server).Embed(ctx, numbered(1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
}

func TestWithoutAnEndpointItIsLexical(t *testing.T) {
	e, err := embed.New(embed.Config{}, embed.Options{})
	if err != nil || e.Name() != "lexical-v1" {
		t.Errorf("%v, %v", e, err)
	}
	for want, cfg := range map[string]embed.Config{
		"DP_EMBEDDING_MODEL":        {BaseURL: "http://a/v1"},
		"DP_EMBEDDING_BASE_URL":     {Model: "e"},
		"embedding-base-url: not":   {BaseURL: "a", Model: "e"},
		"not a JSON object":         {BaseURL: "http://a", Model: "e", ExtraBody: "[]"},
		"embedding-batch-size: 999": {BaseURL: "http://a", Model: "e", BatchSize: 9999},
	} {
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}
