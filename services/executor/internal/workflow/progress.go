package workflow

import (
	"context"
	"sync"
	"time"

	"github.com/citu/datapipeline/events"
)

// progressEvery is the least time between two step.progressed of an execution.
const progressEvery = 500 * time.Millisecond

// progress publishes how far an execution is: the newest state, at most twice a
// second, and none that waits for another while the broker is slow.
type progress struct {
	x      *execution
	cancel context.CancelFunc
	wg     sync.WaitGroup
	news   chan struct{}

	mu          sync.Mutex
	done, total int
}

// startProgress begins to publish until close.
func startProgress(x *execution) *progress {
	ctx, cancel := context.WithCancel(x.work)
	p := &progress{x: x, cancel: cancel, news: make(chan struct{}, 1)}
	p.wg.Go(func() { p.loop(ctx) })
	return p
}

func (p *progress) set(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	total = max(total, 0)
	p.done, p.total = min(max(done, 0), total), total
	select {
	case p.news <- struct{}{}:
	default:
	}
}

func (p *progress) loop(ctx context.Context) {
	var before events.StepProgressed
	for {
		select {
		case <-p.news:
		case <-ctx.Done():
			return
		}
		now := p.now()
		if now.Done == before.Done && now.Total == before.Total {
			continue
		}
		before = now
		if err := p.x.publish(ctx, &now); err != nil && ctx.Err() == nil {
			p.x.note("progress not published", err)
		}
		if pause(ctx, progressEvery) != nil {
			return
		}
	}
}

func (p *progress) now() events.StepProgressed {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := events.StepProgressed{Execution: p.x.Execution, Done: p.done, Total: p.total}
	if p.total > 0 {
		e.Progress = 100 * p.done / p.total
	}
	return e
}

// close ends the publishing and waits for it.
func (p *progress) close() {
	p.cancel()
	p.wg.Wait()
}
