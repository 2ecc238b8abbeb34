package executor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
	"gocloud.dev/blob"

	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/llm/cache"
	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
)

// cacheFolder is the cache's folder in the bucket of tasks' files, whose names
// never begin with a dot.
const cacheFolder = ".model_cache/"

// models are the language model and the embedder, and what they share.
type models struct {
	llm      *llm.Client // nil without a model
	embedder embed.Embedder

	kept *blob.Bucket // nil where nothing is kept
	stop context.CancelFunc
	work sync.WaitGroup
}

// openModels makes the clients of models; nothing is asked of them yet. In the
// background, until close, it sweeps what was kept for too long.
func (s *Service) openModels(ctx context.Context) (*models, error) {
	m := &models{stop: func() {}}
	if err := s.fillModels(ctx, m); err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

// fillModels leaves in m what it opened, also where it fails.
func (s *Service) fillModels(ctx context.Context, m *models) error {
	metrics := endpoint.NewMetrics(s.rt.Metrics)
	kept, err := s.openCache(ctx, m)
	if err != nil {
		return err
	}
	if m.llm, err = llm.New(s.cfg.LLM, llm.Options{Cache: kept, Metrics: metrics}); err != nil {
		return err
	}
	m.embedder, err = embed.New(s.cfg.Embedding, embed.Options{
		Cache: kept, Metrics: metrics, Concurrency: s.cfg.LLM.Concurrency, Timeout: s.cfg.LLM.Timeout,
	})
	return err
}

// openCache opens the cache, if there is something to keep and it is not off.
func (s *Service) openCache(ctx context.Context, m *models) (*cache.Cache, error) {
	if s.cfg.ModelCacheURL == ModelCacheOff || !s.cfg.LLM.Configured() && !s.cfg.Embedding.Configured() {
		return nil, nil
	}
	url, prefix := s.cfg.ModelCacheURL, ""
	if url == "" {
		url, prefix = s.cfg.Bucket.URL, cacheFolder
	}
	opened, err := bucket.Open(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("llm-cache-url: %w", err)
	}
	if prefix != "" {
		opened = blob.PrefixedBucket(opened, prefix)
	}
	m.kept = opened
	kept := cache.New(opened)
	sweeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	m.stop = stop
	m.work.Go(func() { s.sweep(sweeping, kept) })
	return kept, nil
}

func (s *Service) sweep(ctx context.Context, kept *cache.Cache) {
	n, err := kept.Sweep(ctx, time.Now())
	if err != nil && ctx.Err() == nil {
		s.log.Warn("model cache not swept", zap.Error(err))
	}
	if n > 0 {
		s.log.Info("model cache swept", zap.Int("entries", n))
	}
}

// close ends what is under way, and waits for it. It may be called on nil.
func (m *models) close() error {
	if m == nil {
		return nil
	}
	m.stop()
	m.work.Wait()
	m.llm.Close()
	embed.Close(m.embedder)
	if m.kept == nil {
		return nil
	}
	return m.kept.Close()
}
