package tasklog

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

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
			l.settle(b.Log, func() { l.sequence = sequence })
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
	l.settle(b, func() {})
}

func (l *Log) settle(b *events.Log, also func()) {
	l.count(func() {
		l.settled, l.waiting = l.settled+1, l.waiting-len(b.Lines)
		also()
	})
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

// reportLost tells of the lines that a closed log leaves behind.
func (l *Log) reportLost() {
	l.progress.Lock()
	defer l.progress.Unlock()
	if l.waiting > 0 {
		l.cfg.Dropped(l.waiting, l.err)
		l.waiting = 0
	}
}
