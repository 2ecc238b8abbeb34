// Package spool is a queue of records between one writer and one slow reader.
// It keeps them in memory, then in a file, and then makes the writer wait.
package spool

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// ErrClosed is returned once the queue is closed.
var ErrClosed = errors.New("the spool is closed")

// Limits say how much a queue takes.
type Limits struct {
	Memory int   // bytes of records held in memory
	Disk   int64 // bytes of the file; beyond it Push waits
}

// Queue is first in, first out. The file is scratch: it does not outlive the
// queue. All methods are safe for concurrent use.
type Queue struct {
	limits Limits
	dir    string

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at every change
	memory  [][]byte
	held    int // bytes of memory
	file    *os.File
	read    int64 // where in the file the next record is read
	written int64 // where the next is written
	closed  bool
	err     error // of the file; final
}

// New makes an empty queue, whose file, when it needs one, is made in dir.
func New(dir string, limits Limits) *Queue {
	return &Queue{limits: limits, dir: dir, changed: make(chan struct{})}
}

// Push appends a record and waits, while the queue is full, until it has been
// read empty or ctx ends. A record that is larger than the limits is taken by
// an empty queue.
func (q *Queue) Push(ctx context.Context, record []byte) error {
	for {
		q.mu.Lock()
		done, err := q.push(record)
		changed := q.changed
		q.mu.Unlock()
		if done || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (q *Queue) push(record []byte) (bool, error) {
	switch {
	case q.closed:
		return false, ErrClosed
	case q.err != nil:
		return false, q.err
	case q.written == 0 && (q.held+len(record) <= q.limits.Memory || len(q.memory) == 0):
		q.memory, q.held = append(q.memory, record), q.held+len(record)
	case q.written+int64(len(record)) > q.limits.Disk:
		return false, nil
	default:
		if err := q.store(record); err != nil {
			return false, err
		}
	}
	q.change()
	return true, nil
}

// store appends to the file: the length, then the record.
func (q *Queue) store(record []byte) error {
	if q.file == nil {
		f, err := os.CreateTemp(q.dir, "spool-*")
		if err != nil {
			return fmt.Errorf("spool: %w", err)
		}
		q.file = f
	}
	framed := append(binary.BigEndian.AppendUint32(nil, uint32(len(record))), record...)
	if _, err := q.file.WriteAt(framed, q.written); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	q.written += int64(len(framed))
	return nil
}

// Pop removes the oldest record and returns it. While there is none it waits
// until there is, ctx ends, or the queue is closed and empty (ErrClosed).
func (q *Queue) Pop(ctx context.Context) ([]byte, error) {
	for {
		q.mu.Lock()
		record, err := q.pop()
		changed := q.changed
		q.mu.Unlock()
		if record != nil || err != nil {
			return record, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (q *Queue) pop() ([]byte, error) {
	if q.err != nil {
		return nil, q.err
	}
	if len(q.memory) == 0 {
		if err := q.load(); err != nil {
			q.err = err
			return nil, err
		}
	}
	if len(q.memory) == 0 {
		if q.closed {
			return nil, ErrClosed
		}
		return nil, nil
	}
	record := q.memory[0]
	q.memory, q.held = q.memory[1:], q.held-len(record)
	q.change()
	return record, nil
}

// load brings the next record from the file into memory, and begins the file
// anew once it has been read whole.
func (q *Queue) load() error {
	if q.written == 0 {
		return nil
	}
	var size [4]byte
	if _, err := q.file.ReadAt(size[:], q.read); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	record := make([]byte, binary.BigEndian.Uint32(size[:]))
	if _, err := q.file.ReadAt(record, q.read+4); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("spool: %w", err)
	}
	q.memory, q.held = append(q.memory, record), q.held+len(record)
	q.read += 4 + int64(len(record))
	if q.read < q.written {
		return nil
	}
	q.read, q.written = 0, 0
	if err := q.file.Truncate(0); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	return nil
}

// Bytes is how much of the file is in use.
func (q *Queue) Bytes() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.written
}

// Finish lets the reader have what is there and refuses more.
func (q *Queue) Finish() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.change()
}

// Close drops everything, the file included. It is idempotent.
func (q *Queue) Close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.memory, q.held, q.read, q.written = true, nil, 0, 0, 0
	q.change()
	if q.file == nil {
		return nil
	}
	file := q.file
	q.file = nil
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

func (q *Queue) change() {
	close(q.changed)
	q.changed = make(chan struct{})
}
