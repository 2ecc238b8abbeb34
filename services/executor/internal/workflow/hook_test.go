package workflow_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor/internal/workflow"
)

// hooked calls functions around everything that an executor publishes.
type hooked struct {
	workflow.Broker
	before, after func(events.Event)
}

func (h hooked) Publish(ctx context.Context, e events.Event) (uint64, error) {
	h.before(e)
	seq, err := h.Broker.Publish(ctx, e)
	h.after(e)
	return seq, err
}

func (h hooked) PublishTask(ctx context.Context, e events.Event, last uint64) (uint64, error) {
	h.before(e)
	seq, err := h.Broker.PublishTask(ctx, e, last)
	h.after(e)
	return seq, err
}

// hook makes an executor call before ahead of what it publishes.
func hook(before func(events.Event)) setting {
	return func(c *workflow.Config) { c.Broker = hooked{c.Broker, before, func(events.Event) {}} }
}

// once hands out one request and then no more.
type once struct {
	queue workflow.Queue
	taken atomic.Bool
}

func (o *once) Next(ctx context.Context) (*broker.Delivery, error) {
	if o.taken.Swap(true) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	return o.queue.Next(ctx)
}

// wire is a TCP connection to the broker that can be cut.
type wire struct {
	to       string
	listener net.Listener
	wg       sync.WaitGroup

	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{to: u.Host, listener: l}
	w.wg.Go(w.accept)
	t.Cleanup(func() {
		_ = l.Close()
		w.set(true)
		w.wg.Wait()
	})
	return w
}

func (w *wire) url() string { return "nats://" + w.listener.Addr().String() }

func (w *wire) accept() {
	for {
		in, err := w.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", w.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		if !w.add(in, out) {
			_, _ = in.Close(), out.Close()
			continue
		}
		for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
			w.wg.Go(func() {
				_, _ = io.Copy(pair[0], pair[1])
				_ = pair[0].Close()
			})
		}
	}
}

func (w *wire) add(conns ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.cut {
		w.conns = append(w.conns, conns...)
	}
	return !w.cut
}

// set cuts the wire, or mends it.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for _, c := range w.conns {
			_ = c.Close()
		}
		w.conns = nil
	}
}
