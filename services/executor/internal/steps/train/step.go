// Package train is the step training_load: it puts the pairs, the DDL and the
// documents of a task into a vector store, where Vanna finds them, takes out
// what they replace, and says how good the data is.
package train

import (
	"cmp"
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/corpus"
	"github.com/citu/datapipeline/services/executor/internal/embed"
	"github.com/citu/datapipeline/services/executor/internal/quality"
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
	// IndexFrom is the number of documents from which a collection gets an HNSW
	// index: below, comparing with all of them takes some milliseconds, and finds
	// exactly the nearest. Default 2000.
	IndexFrom int
	// MaxBackup bounds the copy of the store's tables, in bytes. Default 4 GiB.
	MaxBackup int64
}

const (
	// batchSize is the number of documents in one transaction.
	batchSize        = 200
	defaultIndexFrom = 2000
	defaultMaxBackup = 4 << 30
)

type step struct{ cfg Config }

// New returns the step.
func New(cfg Config) steps.Step { return step{cfg.withDefaults()} }

func (cfg Config) withDefaults() Config {
	cfg.LockWait = cmp.Or(cfg.LockWait, 10*time.Minute)
	cfg.IndexFrom = cmp.Or(cfg.IndexFrom, defaultIndexFrom)
	cfg.MaxBackup = cmp.Or(cfg.MaxBackup, defaultMaxBackup)
	if cfg.Embedder == nil {
		cfg.Embedder = embed.Lexical()
	}
	return cfg
}

func (step) Name() events.Step { return events.StepLoad }

// Result is the step's result document.
type Result struct {
	Directory  string `json:"training_data_dir"`
	Successful bool   `json:"load_successful"`
	// Total counts the task's documents that are in the store.
	Total    int     `json:"total_records"`
	Counts   Counts  `json:"data_type_counts"`
	Duration float64 `json:"duration_seconds"`

	LoadID   string `json:"load_id"`
	Embedder string `json:"embedder"`
	// Inserted were not there before, Unchanged were. Removed are documents of
	// earlier loads that this one replaces; they can be restored.
	Inserted  int `json:"inserted"`
	Unchanged int `json:"unchanged"`
	Removed   int `json:"removed"`
	// Index says of each collection how it is searched.
	Index  map[string]vector.Indexed `json:"index"`
	Backup *Backup                   `json:"backup,omitempty"`
}

// Counts are the documents of a task in each collection, as read back.
type Counts struct {
	SQL           int `json:"sql"`
	Documentation int `json:"documentation"`
	DDL           int `json:"ddl"`
}

// Run implements steps.Step. It fails with no_training_data,
// pair_file_malformed, training_file_invalid, schema_snapshot_malformed,
// embedder_mismatch, embedder_unavailable, vector_extension_missing,
// vector_layout_unsupported, vector_store_busy, vector_load_gap,
// vector_backup_too_large, vector_store_unconfigured, vector_store_unreachable
// or vector_store_failed.
//
// A failed load leaves what it had put, and takes out nothing: loading again
// completes it.
func (s step) Run(ctx context.Context, run *steps.Run) (steps.Result, error) {
	docs, err := gather(run)
	if err != nil {
		return steps.Result{}, err
	}
	version, err := schemaVersion(run)
	if err != nil {
		return steps.Result{}, err
	}
	l := &load{step: s, run: run, docs: docs, schemaVersion: version, start: time.Now(), result: Result{
		Directory: run.Request.OutputDirectory, LoadID: events.LoadID(run.TaskID, run.RequestedAt),
		Embedder: s.cfg.Embedder.Name(), Index: map[string]vector.Indexed{},
	}}
	if err := s.withStore(ctx, run, func(store *vector.Store) error { return l.into(ctx, store) }); err != nil {
		return steps.Result{}, Translate(ctx, err, run.Language(), StepAgain)
	}
	return steps.Result{Data: l.result}, nil
}

// load is one run of the step.
type load struct {
	step
	run           *steps.Run
	docs          []corpus.Document
	schemaVersion string
	start         time.Time
	store         *vector.Store
	parts         []*part
	stale         []string // ids of documents that are so no more, see widen
	result        Result
}

// into carries the load out.
func (l *load) into(ctx context.Context, store *vector.Store) error {
	l.store = store
	for _, do := range []func(context.Context) error{l.backUp, l.open, l.widen, l.put, l.replace, l.index, l.purge} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	l.result.Successful = true
	l.result.Duration = time.Since(l.start).Round(time.Millisecond).Seconds()
	l.tell()
	return quality.Write(ctx, l.run, quality.Input{Step: events.StepLoad, Result: l.result, Store: searcher{l}, Embedder: l.cfg.Embedder})
}

func (l *load) tell() {
	r := l.result
	l.run.Log.Info(l.run.Language().Sprintf(
		"训练数据加载完成：共 %d 条（SQL %d，DDL %d，文档 %d），新增 %d，不变 %d，移除 %d",
		"training data loaded: %d records (%d SQL, %d DDL, %d documentation), %d new, %d unchanged, %d removed",
		r.Total, r.Counts.SQL, r.Counts.DDL, r.Counts.Documentation, r.Inserted, r.Unchanged, r.Removed))
}

// purge forgets what can no longer be restored. That it fails is no failure of
// the load.
func (l *load) purge(ctx context.Context) error {
	n, err := l.store.Purge(ctx, events.TrainingRetention)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		l.run.Log.Warn(l.run.Language().Pick("过期的已删除训练数据未能清除", "deleted training data past its time was not removed"), zap.Error(err))
	} else if n > 0 {
		l.run.Log.Info(l.run.Language().Sprintf("清除了 %d 条过期的已删除训练数据", "%d deleted documents past their time were removed for good", n))
	}
	return nil
}

// withStore runs do with the store ready and locked for the database.
func (s step) withStore(ctx context.Context, run *steps.Run, do func(*vector.Store) error) error {
	if s.cfg.URL == "" {
		return Unconfigured(run.Language())
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
	waiting := func() {
		run.Log.Info(lang.Sprintf("同一数据库的另一次加载正在进行，最多等待 %v", "another load of the same database is running; waiting for it for at most %v", s.cfg.LockWait))
	}
	if err := store.Lock(ctx, run.Identity, s.cfg.LockWait, waiting); err != nil {
		return err
	}
	return store.Lock(ctx, run.TaskID, s.cfg.LockWait, waiting) // whoever deletes the task may not know its database
}

// closeStore ends the session even after ctx has ended.
func closeStore(ctx context.Context, store *vector.Store) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = store.Close(ctx) // everything in it is committed, or not wanted
}
