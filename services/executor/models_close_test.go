package executor

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/testkit"
)

// Models that cannot all be made are closed once, by what made them.
func TestModelsThatFailAreClosedOnce(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.key")
	for name, spoil := range map[string]func(*Config){
		"llm":      func(c *Config) { c.LLM.KeyFile = missing },
		"embedder": func(c *Config) { c.Embedding.KeyFile = missing },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{ModelCacheURL: t.TempDir()}
			cfg.LLM.BaseURL, cfg.LLM.Model = "http://127.0.0.1:1/v1", "m"
			cfg.Embedding.BaseURL, cfg.Embedding.Model = "http://127.0.0.1:1/v1", "e"
			spoil(&cfg)
			s := &Service{cfg: cfg, rt: kit.Runtime{Metrics: prometheus.NewRegistry()}, log: testkit.Log(t)}
			m, err := s.openModels(t.Context())
			if m != nil || err == nil || !strings.Contains(err.Error(), "missing.key") {
				t.Fatalf("models %v, error %v", m, err)
			}
			half := &models{stop: func() {}}
			if err := s.fillModels(t.Context(), half); err == nil || half.kept == nil {
				t.Fatalf("the cache was not opened first: %v", err)
			}
			if err := half.close(); err != nil {
				t.Errorf("close what was opened: %v", err)
			}
		})
	}
}
