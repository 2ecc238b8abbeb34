// Package tasklog carries the log lines of an attempt to the stream of logs, in
// batches and in order. Lines wait in memory, then on disk while NATS is away,
// and when the disk's share is full the writer waits too.
package tasklog

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/spool"
)

// Limits of what waits to be published.
const (
	MemoryBytes = 1 << 20
	DiskBytes   = 64 << 20
	// FlushAfter is how long a line waits at most for others to join its batch.
	FlushAfter = 50 * time.Millisecond
)

// publishTry bounds a try at publishing, after which Admit is asked.
const publishTry = 5 * time.Second

// Config says whose lines these are and where they go.
type Config struct {
	Run events.Run
	// Publish stores an event and returns its sequence; *broker.Broker's.
	Publish func(context.Context, events.Event) (uint64, error)
	// Admit is asked before publishing goes on after an outage; an error, such
	// as that a newer attempt has begun, ends the log.
	Admit func(context.Context) error
	// Scrub removes secrets from a text.
	Scrub func(string) string
	// Dir takes the file of lines that wait.
	Dir string
	// Dropped is told of lines that could not be stored.
	Dropped func(lines int, reason error)
}

// Log takes the lines of one attempt. All methods are safe for concurrent use.
type Log struct {
	cfg    Config
	queue  *spool.Queue
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup
	kick   chan struct{} // the open batch got its first line

	mu        sync.Mutex // also orders what is pushed
	batch     []events.Line
	bytes     int
	execution string
	first     uint64 // lines before the open batch

	progress sync.Mutex
	moved    chan struct{} // closed and replaced when stored moves
	pushed   int           // batches
	settled  int           // batches stored or dropped
	waiting  int           // lines of those that are neither
	sequence uint64        // of the last batch stored
	err      error         // why the log ended early
}

// Start begins a log. The caller closes it.
func Start(cfg Config) *Log {
	ctx, cancel := context.WithCancel(context.Background())
	l := &Log{
		cfg: cfg, ctx: ctx, cancel: cancel,
		queue: spool.New(cfg.Dir, spool.Limits{Memory: MemoryBytes, Disk: DiskBytes}),
		kick:  make(chan struct{}, 1), moved: make(chan struct{}),
	}
	l.wg.Go(l.flushLoop)
	l.wg.Go(l.sendLoop)
	return l
}

// Logger returns a logger for lines of a step's execution, or of the task
// itself where both are empty.
func (l *Log) Logger(step events.Step, execution string) *zap.Logger {
	return zap.New(&core{log: l, step: step, execution: execution}, zap.AddCaller())
}

// Flush waits until every line logged so far is stored and returns the sequence
// of the last event, 0 where there is none. It fails when ctx or the log ends
// first, and returns the sequence so far all the same.
func (l *Log) Flush(ctx context.Context) (uint64, error) {
	l.cut()
	l.progress.Lock()
	target := l.pushed
	for l.settled < target && l.err == nil {
		moved := l.moved
		l.progress.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
		}
		l.progress.Lock()
		if ctx.Err() != nil && l.settled < target {
			break
		}
	}
	defer l.progress.Unlock()
	switch {
	case l.err != nil:
		return l.sequence, l.err
	case l.settled < target:
		return l.sequence, fmt.Errorf("flush the task's log: %w", context.Cause(ctx))
	}
	return l.sequence, nil
}

// Close drops the lines that wait and ends the log; later lines are dropped.
func (l *Log) Close() error {
	l.cancel()
	err := l.queue.Close()
	l.wg.Wait()
	l.fail(spool.ErrClosed)
	l.cut()
	l.reportLost()
	if err != nil {
		return fmt.Errorf("close the task's log: %w", err)
	}
	return nil
}
