package live

import (
	"context"
	"errors"
	"fmt"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// mark is how far a pump is: everything up to the sequence was seen. The item
// is the event there, nil where the filter leaves it out.
type mark struct {
	sequence uint64
	item     *Item
}

// pump is one follower's way along one stream.
type pump struct {
	*tail
	filter     Filter
	after      uint64
	generation int
	out        chan<- mark
}

// run sends what the filter keeps beyond after, until ctx ends or an error:
// ErrBehind, or one that wraps broker.ErrGap, ErrReplaced or ErrUnavailable.
func (p *pump) run(ctx context.Context) error {
	v, err := p.found(ctx)
	if err != nil {
		return err
	}
	p.generation = v.generation
	if err := p.catchUp(ctx); err != nil {
		return err
	}
	for {
		v := p.ring.after(p.after)
		switch {
		case v.generation != p.generation:
			return fmt.Errorf("%w: %s", broker.ErrReplaced, p.stream)
		case !v.covered:
			return ErrBehind
		}
		if err := p.sendAll(ctx, v); err != nil {
			return err
		}
		if p.after < v.head {
			continue
		}
		if err := wait(ctx, v.grown); err != nil {
			return err
		}
	}
}

func wait(ctx context.Context, c <-chan struct{}) error {
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// catchUp brings the pump to where the ring begins.
func (p *pump) catchUp(ctx context.Context) error {
	for {
		v := p.ring.after(p.after)
		if p.after > v.head {
			return p.exists(ctx)
		}
		if v.covered {
			return nil
		}
		if err := p.replay(ctx, v.head); err != nil {
			return err
		}
	}
}

// exists makes sure that the stream reaches as far as a position beyond the
// ring's head, which another gateway may have given out a moment ago.
func (p *pump) exists(ctx context.Context) error {
	state, err := p.broker.State(ctx, p.stream)
	if err == nil && state.Last < p.after {
		err = fmt.Errorf("%w: %s ends at %d, before %d", broker.ErrReplaced, p.stream, state.Last, p.after)
	}
	return err
}

// replay reads what the filter may keep through a consumer of the pump's own,
// up to the newest there is now, which is no older than head.
func (p *pump) replay(ctx context.Context, head uint64) error {
	last, err := p.broker.LastSeq(ctx, p.stream, p.filter.subject(p.stream))
	if err != nil {
		return err
	}
	if last > p.after {
		if err := p.read(ctx, last); err != nil {
			return err
		}
	}
	return p.send(ctx, max(head, last), nil)
}

var errRead = errors.New("read")

func (p *pump) read(ctx context.Context, last uint64) error {
	from := p.after + 1
	if p.after == 0 {
		from = 0 // from the first there is, which need not be 1
	}
	err := p.broker.Follow(ctx, broker.Following{
		Stream: p.stream, Subjects: []string{p.filter.subject(p.stream)}, From: from,
		Undecodable: func(m broker.Message, _ error) error { return p.replayed(ctx, m.Sequence, last, nil) },
	}, func(e events.Event) error {
		i, err := newItem(e)
		if err != nil {
			return err
		}
		return p.replayed(ctx, e.Sequence, last, i)
	})
	if errors.Is(err, errRead) {
		return nil
	}
	return err
}

func (p *pump) replayed(ctx context.Context, sequence, last uint64, i *Item) error {
	if i != nil && !p.filter.Wants(i.Event) {
		i = nil
	}
	if err := p.send(ctx, sequence, i); err != nil {
		return err
	}
	if sequence >= last {
		return errRead
	}
	return nil
}

func (p *pump) sendAll(ctx context.Context, v view) error {
	for _, i := range v.items {
		if !p.filter.Wants(i.Event) {
			continue
		}
		if err := p.send(ctx, i.Sequence, i); err != nil {
			return err
		}
	}
	if v.next == p.after {
		return nil
	}
	return p.send(ctx, v.next, nil)
}

func (p *pump) send(ctx context.Context, sequence uint64, i *Item) error {
	p.after = sequence
	select {
	case p.out <- mark{sequence, i}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
