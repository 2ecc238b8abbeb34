// Package tasklog carries the log lines of an attempt to the stream of logs, in
// batches and in order. Lines wait in memory, then on disk while NATS is away,
// and when the disk's share is full the writer waits too.
package tasklog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
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
	if err != nil {
		return fmt.Errorf("close the task's log: %w", err)
	}
	return nil
}

// write takes a line. It waits while the queue is full.
func (l *Log) write(line events.Line, execution string) error {
	size := len(line.Message) + len(line.Extra) + 64
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.batch) > 0 && (execution != l.execution || l.bytes+size > events.MaxBatchBytes) {
		if err := l.push(); err != nil {
			return err
		}
	}
	l.batch, l.bytes, l.execution = append(l.batch, line), l.bytes+size, execution
	if len(l.batch) == events.MaxLines {
		return l.push()
	}
	select {
	case l.kick <- struct{}{}:
	default:
	}
	return nil
}

// push hands the open batch on. l.mu is held.
func (l *Log) push() error {
	if len(l.batch) == 0 {
		return nil
	}
	batch := &events.Log{
		TaskID: l.cfg.Run.TaskID, Request: l.cfg.Run.Request, Attempt: l.cfg.Run.Attempt,
		ExecutionID: l.execution, FirstLine: l.first, Lines: l.batch,
	}
	l.first += uint64(len(l.batch))
	l.batch, l.bytes = nil, 0
	envelope := events.New("executor", batch)
	envelope.Data = nil
	record, err := json.Marshal(queued{Event: envelope, Log: batch})
	if err == nil {
		l.count(func() { l.pushed++ })
		err = l.queue.Push(l.ctx, record)
	}
	if err != nil {
		l.drop(batch, err)
	}
	return err
}

// queued is a batch and its envelope, as they wait.
type queued struct {
	Event events.Event
	Log   *events.Log
}

func (l *Log) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.push() // counted as dropped
}

// flushLoop sends a batch on its way FlushAfter its first line.
func (l *Log) flushLoop() {
	for {
		select {
		case <-l.kick:
		case <-l.ctx.Done():
			return
		}
		select {
		case <-time.After(FlushAfter):
		case <-l.ctx.Done():
			return
		}
		l.cut()
	}
}

// sendLoop stores the batches one after the other: a batch that overtook
// another would make that one look like a repeat.
func (l *Log) sendLoop() {
	for {
		record, err := l.queue.Pop(l.ctx)
		if err != nil {
			l.fail(err)
			return
		}
		var batch queued
		if err := json.Unmarshal(record, &batch); err != nil {
			l.fail(err)
			return
		}
		batch.Event.Data = batch.Log
		if err := l.send(batch); err != nil {
			l.fail(err)
			return
		}
	}
}

// send stores a batch, however long that takes. An error ends the log.
func (l *Log) send(b queued) error {
	for {
		ctx, cancel := context.WithTimeout(l.ctx, publishTry)
		sequence, err := l.cfg.Publish(ctx, b.Event)
		cancel()
		switch {
		case err == nil:
			l.count(func() { l.settled, l.sequence = l.settled+1, sequence })
			return nil
		case l.ctx.Err() != nil:
			return l.ctx.Err()
		case !errors.Is(err, broker.ErrUnavailable):
			l.drop(b.Log, err)
			return nil
		}
		if err := l.cfg.Admit(l.ctx); err != nil {
			return err
		}
	}
}

// drop settles a batch that cannot be stored.
func (l *Log) drop(b *events.Log, reason error) {
	l.cfg.Dropped(len(b.Lines), reason)
	l.count(func() { l.settled++ })
}

// fail ends the log: what waits is lost, and so is what comes.
func (l *Log) fail(err error) {
	l.queue.Finish()
	l.count(func() {
		if l.err == nil {
			l.err = err
		}
	})
}

func (l *Log) count(change func()) {
	l.progress.Lock()
	defer l.progress.Unlock()
	change()
	close(l.moved)
	l.moved = make(chan struct{})
}
