// Package train is the step training_load: it puts the pairs, the DDL and the
// documents of a task into a vector store, where Vanna finds them.
package train

import (
	"cmp"
	"context"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// Config sets up the step.
type Config struct {
	// URL is the connection string of the target database. It is a secret: it
	// goes into no log, event or file.
	URL string `json:"-"`
	// Prefix goes before the names of the collections. Default none.
	Prefix string
	// AllowArrays keeps embeddings as real[] where the extension vector cannot
	// be had. Otherwise the step fails there.
	AllowArrays bool
	// LockWait is how long a load waits for another one of the same database.
	// Default 10 min.
	LockWait time.Duration
	// Embedder makes the vectors. Default embed.Lexical.
	Embedder embed.Embedder
}

// batchSize is the number of documents in one transaction.
const batchSize = 200

type step struct{ cfg Config }

// New returns the step.
func New(cfg Config) steps.Step {
	cfg.LockWait = cmp.Or(cfg.LockWait, 10*time.Minute)
	if cfg.Embedder == nil {
		cfg.Embedder = embed.Lexical()
	}
	return step{cfg}
}

func (step) Name() events.Step { return events.StepLoad }

// Result is the step's result document.
type Result struct {
	Directory  string  `json:"training_data_dir"`
	Successful bool    `json:"load_successful"`
	Total      int     `json:"total_records"`
	Counts     Counts  `json:"data_type_counts"`
	Duration   float64 `json:"duration_seconds"`
}

// Counts are the documents of a task in each collection, as read back.
type Counts struct {
	SQL           int `json:"sql"`
	Documentation int `json:"documentation"`
	DDL           int `json:"ddl"`
}

// Run implements steps.Step. It fails with no_training_data,
// pair_file_malformed, training_file_invalid, embedder_mismatch,
// vector_extension_missing, vector_layout_unsupported, vector_store_busy,
// vector_load_gap, vector_store_unconfigured, vector_store_unreachable or
// vector_store_failed.
//
// A failed load leaves what it had put: loading again completes it.
func (s step) Run(ctx context.Context, run *steps.Run) (steps.Result, error) {
	start := time.Now()
	items, err := gather(run)
	if err != nil {
		return steps.Result{}, err
	}
	result := Result{Directory: run.Request.OutputDirectory}
	err = s.withStore(ctx, run, func(store *vector.Store) error {
		return s.load(ctx, run, store, items, &result)
	})
	if err != nil {
		return steps.Result{}, translate(ctx, err, run.Language())
	}
	result.Successful = true
	result.Duration = time.Since(start).Round(time.Millisecond).Seconds()
	run.Log.Info(run.Language().Sprintf(
		"训练数据加载完成：共 %d 条（SQL %d，DDL %d，文档 %d）",
		"training data loaded: %d records (%d SQL, %d DDL, %d documentation)",
		result.Total, result.Counts.SQL, result.Counts.DDL, result.Counts.Documentation))
	return steps.Result{Data: result}, nil
}

// withStore runs do with the store ready and locked for the database.
func (s step) withStore(ctx context.Context, run *steps.Run, do func(*vector.Store) error) error {
	if s.cfg.URL == "" {
		return unconfigured(run.Language())
	}
	store, err := vector.Open(ctx, s.cfg.URL)
	if err != nil {
		return err
	}
	defer closeStore(ctx, store)
	if err := s.ready(ctx, run, store); err != nil {
		return err
	}
	return do(store)
}

func (s step) ready(ctx context.Context, run *steps.Run, store *vector.Store) error {
	lang := run.Language()
	if err := store.Prepare(ctx, s.cfg.AllowArrays); err != nil {
		return err
	}
	if store.Arrays() {
		run.Log.Warn(lang.Pick(
			"向量库没有 vector 扩展，向量以 real[] 保存，Vanna 无法检索；安装扩展后重新加载即可转换",
			"the vector store lacks the extension vector: embeddings are kept as real[], which Vanna cannot search; install the extension and load again to convert them"))
	}
	return store.Lock(ctx, run.Identity, s.cfg.LockWait, func() {
		run.Log.Info(lang.Sprintf("同一数据库的另一次加载正在进行，最多等待 %v", "another load of the same database is running; waiting for it for at most %v", s.cfg.LockWait))
	})
}

// closeStore ends the session even after ctx has ended.
func closeStore(ctx context.Context, store *vector.Store) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = store.Close(ctx) // everything in it is committed, or not wanted
}
