// Package lease says which executor may try at a task. A lease is a key of the
// bucket events.BucketLeases that goes away by itself when it is not renewed
// for the bucket's TTL. It only keeps others from trying: who owns the task is
// decided by the attempts in the stream.
package lease

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
)

var (
	// ErrHeld says that somebody else has the lease.
	ErrHeld = errors.New("the lease is held by another")
	// ErrLost says that the lease was not renewed in time: it expired, or
	// somebody else has it.
	ErrLost = errors.New("the lease was lost")
)

// Leases gives out the leases of a deployment. It is safe for concurrent use.
type Leases struct {
	kv  jetstream.KeyValue
	ttl time.Duration
}

// Open finds the bucket of leases. Errors are those of package broker:
// ErrNotFound where nobody provisioned it.
func Open(ctx context.Context, js jetstream.JetStream) (*Leases, error) {
	kv, err := js.KeyValue(ctx, events.BucketLeases)
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", events.BucketLeases, broker.Translate(err))
	}
	status, err := kv.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", events.BucketLeases, broker.Translate(err))
	}
	return &Leases{kv: kv, ttl: status.TTL()}, nil
}

// TTL is how long a lease lasts that is not renewed.
func (l *Leases) TTL() time.Duration { return l.ttl }

// Acquire takes the lease of a task, or returns ErrHeld, or an error of package
// broker. The holder's name must be used for one acquisition only; a call with
// the same name that follows a failed one finds what that one left.
func (l *Leases) Acquire(ctx context.Context, task, holder string) (*Lease, error) {
	lease := &Lease{kv: l.kv, task: task, holder: []byte(holder)}
	revision, err := l.kv.Create(ctx, task, lease.holder)
	if err == nil {
		lease.revision = revision
		return lease, nil
	}
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return nil, fmt.Errorf("acquire lease of %s: %w", task, broker.Translate(err))
	}
	if err := lease.find(ctx); err != nil {
		return nil, fmt.Errorf("acquire lease of %s: %w", task, err)
	}
	return lease, nil
}

// find adopts the lease when it is the holder's already: an acknowledgement was
// lost.
func (l *Lease) find(ctx context.Context) error {
	entry, err := l.kv.Get(ctx, l.task)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return ErrHeld // until a moment ago: the caller tries again
	case err != nil:
		return broker.Translate(err)
	case !bytes.Equal(entry.Value(), l.holder):
		return ErrHeld
	}
	l.revision = max(l.revision, entry.Revision())
	return nil
}

// Lease is a lease that was acquired. It is safe for concurrent use.
type Lease struct {
	kv     jetstream.KeyValue
	task   string
	holder []byte

	mu       sync.Mutex
	revision uint64
}

// Renew keeps the lease for another TTL. ErrLost is final; after any other
// error, which is one of package broker, the lease may still be held.
func (l *Lease) Renew(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	revision, err := l.kv.Update(ctx, l.task, l.holder, l.revision)
	if err == nil {
		l.revision = revision
		return nil
	}
	if err = broker.Translate(err); !errors.Is(err, broker.ErrConflict) {
		return fmt.Errorf("renew lease of %s: %w", l.task, err)
	}
	before := l.revision
	switch err := l.find(ctx); {
	case errors.Is(err, ErrHeld):
		return fmt.Errorf("renew lease of %s: %w", l.task, ErrLost)
	case err != nil:
		return fmt.Errorf("renew lease of %s: %w", l.task, err)
	case l.revision == before:
		return fmt.Errorf("renew lease of %s: %w: an old state was read", l.task, broker.ErrUnavailable)
	}
	return nil
}

// Release gives the lease up, so that others need not wait for its end. One
// that is lost already stays so, without an error.
func (l *Lease) Release(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := broker.Translate(l.kv.Delete(ctx, l.task, jetstream.LastRevision(l.revision)))
	if err != nil && !errors.Is(err, broker.ErrConflict) {
		return fmt.Errorf("release lease of %s: %w", l.task, err)
	}
	return nil
}
