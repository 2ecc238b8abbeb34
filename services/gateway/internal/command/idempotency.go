package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// claim is how long a request with a key counts as still being worked on. It is
// longer than any request may take; after it the next one carries on.
const claim = 15 * time.Second

// Key is an idempotency key with what it was sent for.
type Key struct {
	Actor string
	Value string
	Body  []byte // in canonical form
}

// name is the key's name in the bucket: neither the key nor its owner is told.
func (k Key) name() string { return digest([]byte(k.Actor + "\x00" + k.Value)) }

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// entry is what the bucket holds under a key: first the plan, so that whoever
// comes next carries out the very same one, then what came of it.
type entry struct {
	Body    string   `json:"body"` // digest
	Plan    *plan    `json:"plan,omitempty"`
	Created *Created `json:"created,omitempty"`
}

// ticket is an entry with the right to replace it.
type ticket struct {
	entry
	name     string
	revision uint64
	since    time.Time
}

// CreateOnce creates a task for a key, once within events.IdempotencyTTL: the
// same key with the same body gives the same task, and replayed is true.
// Errors: apierr.IdempotencyReused for another body, IdempotencyInFlight while
// a request with the key is being worked on, and those of prepare, which is
// asked for the task only where the key is new.
//
// A gateway that dies on the way leaves the plan behind. Whoever repeats the
// request after that carries the same plan out, with the same event, so that
// there is one task whether or not that event was published already.
func (c *Commands) CreateOnce(ctx context.Context, key Key, prepare func() (NewTask, error)) (created Created, replayed bool, err error) {
	keys, err := c.broker.JS().KeyValue(ctx, events.BucketIdempotency)
	if err != nil {
		return Created{}, false, fmt.Errorf("open the idempotency keys: %w", broker.Translate(err))
	}
	t, err := find(ctx, keys, key)
	if errors.Is(err, broker.ErrNotFound) {
		created, err = c.begin(ctx, keys, key, prepare)
		return created, false, err
	}
	if err != nil {
		return Created{}, false, err
	}
	created, err = c.resume(ctx, keys, key, t)
	return created, true, err
}

// begin takes the key with a plan and carries it out.
func (c *Commands) begin(ctx context.Context, keys jetstream.KeyValue, key Key, prepare func() (NewTask, error)) (Created, error) {
	n, err := prepare()
	if err != nil {
		return Created{}, err
	}
	p := c.plan(ctx, n)
	t := ticket{entry: entry{Body: digest(key.Body), Plan: &p}, name: key.name()}
	t.revision, err = keys.Create(ctx, t.name, t.encode())
	if err = broker.Translate(err); errors.Is(err, broker.ErrConflict) {
		if t, err = find(ctx, keys, key); err != nil {
			return Created{}, err
		}
		return c.resume(ctx, keys, key, t)
	}
	if err != nil {
		return Created{}, fmt.Errorf("take the idempotency key: %w", err)
	}
	return c.finish(ctx, keys, t)
}

// resume answers for a key that was there already.
func (c *Commands) resume(ctx context.Context, keys jetstream.KeyValue, key Key, t ticket) (Created, error) {
	switch {
	case t.Body != digest(key.Body):
		return Created{}, apierr.New(apierr.IdempotencyReused)
	case t.Created != nil:
		return *t.Created, nil
	case time.Since(t.since) < claim:
		return Created{}, inFlight()
	}
	t, err := t.replace(ctx, keys)
	if err != nil {
		return Created{}, err
	}
	return c.finish(ctx, keys, t)
}

// finish carries the ticket's plan out and keeps what came of it. Should only
// the latter fail, the task is there, and the plan leads to it again.
func (c *Commands) finish(ctx context.Context, keys jetstream.KeyValue, t ticket) (Created, error) {
	for {
		created, err := c.carryOut(ctx, *t.Plan)
		switch {
		case err == nil:
			t.Plan, t.Created = nil, &created
			_, _ = t.replace(ctx, keys)
			return created, nil
		case !errors.Is(err, broker.ErrConflict) || ctx.Err() != nil:
			return Created{}, err
		}
		p := t.Plan.again()
		t.Plan = &p
		if t, err = t.replace(ctx, keys); err != nil {
			return Created{}, err
		}
	}
}

func find(ctx context.Context, keys jetstream.KeyValue, key Key) (ticket, error) {
	t := ticket{name: key.name()}
	kept, err := keys.Get(ctx, t.name)
	if err != nil {
		return t, fmt.Errorf("look the idempotency key up: %w", broker.Translate(err))
	}
	if err := json.Unmarshal(kept.Value(), &t.entry); err != nil {
		return t, fmt.Errorf("read the idempotency key: %w", err)
	}
	t.revision, t.since = kept.Revision(), kept.Created()
	return t, nil
}

// replace writes the ticket's entry, unless somebody else did since.
func (t ticket) replace(ctx context.Context, keys jetstream.KeyValue) (ticket, error) {
	revision, err := keys.Update(ctx, t.name, t.encode(), t.revision)
	if err = broker.Translate(err); errors.Is(err, broker.ErrConflict) {
		return t, inFlight().Because(err)
	}
	if err != nil {
		return t, fmt.Errorf("keep the idempotency key: %w", err)
	}
	t.revision = revision
	return t, nil
}

func (t ticket) encode() []byte {
	b, err := json.Marshal(t.entry)
	if err != nil {
		panic(err) // only a plan's parameters can fail, and those were made here
	}
	return b
}

func inFlight() *apierr.Error { return apierr.New(apierr.IdempotencyInFlight).After(time.Second) }
