package tasklog

import (
	"encoding/json"
	"time"

	"github.com/citu/datapipeline/events"
)

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
	l.count(func() { l.pushed, l.waiting = l.pushed+1, l.waiting+len(batch.Lines) })
	record, err := enqueued(batch)
	if err == nil {
		err = l.queue.Push(l.ctx, record)
	}
	if err != nil {
		l.drop(batch, err)
	}
	return err
}

// enqueued gives a batch its envelope, which stays the same at every try.
func enqueued(batch *events.Log) ([]byte, error) {
	envelope := events.New("executor", batch)
	envelope.Data = nil
	return json.Marshal(queued{Event: envelope, Log: batch})
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
