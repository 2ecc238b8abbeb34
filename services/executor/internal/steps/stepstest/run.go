// Package stepstest gives tests of steps a run to work with. It is for
// _test.go files alone.
package stepstest

import (
	"context"
	"io/fs"
	"maps"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/bizdb"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// Run is a run of a step and what it leaves.
type Run struct {
	*steps.Run
	Files *Files
	Lines *observer.ObservedLogs

	mu       sync.Mutex
	progress []int
}

// New makes a run in English, with all options on, over the business database
// and the files of earlier steps. Its stamp is 20250701_143052.
func New(tb testing.TB, dsn string, in fs.FS) *Run {
	tb.Helper()
	core, lines := observer.New(zapcore.DebugLevel)
	r := &Run{Files: &Files{}, Lines: lines}
	r.Run = &steps.Run{
		TaskID:      "task_20250701_143052",
		Request:     events.Request{Language: events.English, Options: events.DefaultOptions(), OutputDirectory: "out/task_20250701_143052"},
		RequestedAt: time.Date(2025, 7, 1, 14, 30, 52, 0, time.FixedZone("", 8*3600)),
		Database:    "shop",
		Identity:    "db.example:5432/shop",
		Business:    opener(tb, dsn),
		In:          in,
		Out:         r.Files,
		Log:         zap.New(core),
		Progress: func(done, total int) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.progress = append(r.progress, 100*done/total)
		},
	}
	return r
}

// opener opens the database once, and closes it with the test.
func opener(tb testing.TB, dsn string) func(context.Context) (*pgxpool.Pool, error) {
	once := sync.OnceValues(func() (*pgxpool.Pool, error) {
		pool, err := bizdb.Open(tb.Context(), dsn, events.English, bizdb.Options{MaxConns: 6})
		if err == nil {
			tb.Cleanup(pool.Close)
		}
		return pool, err
	})
	return func(context.Context) (*pgxpool.Pool, error) { return once() }
}

// ProgressPercents is the percentages that were reported, in order.
func (r *Run) ProgressPercents() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.progress
}

// Files holds what a step wrote.
type Files struct {
	mu    sync.Mutex
	files fstest.MapFS
}

// WriteFile implements steps.Output.
func (f *Files) WriteFile(name string, data []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.files == nil {
		f.files = fstest.MapFS{}
	}
	f.files[name] = &fstest.MapFile{Data: data}
	return nil
}

// FS is the files written so far.
func (f *Files) FS() fstest.MapFS {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.files)
}

// Text is the content of a file, or "".
func (f *Files) Text(name string) string {
	if file, ok := f.FS()[name]; ok {
		return string(file.Data)
	}
	return ""
}
