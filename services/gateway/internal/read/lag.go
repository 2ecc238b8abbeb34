package read

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Recorded is how far a stream is recorded in Postgres.
type Recorded struct {
	Stream string `db:"stream" json:"stream"`
	// Created is when the stream was made that the sequence belongs to.
	Created   time.Time `db:"stream_created" json:"stream_created"`
	Sequence  uint64    `db:"sequence" json:"sequence"`
	UpdatedAt time.Time `db:"updated_at" json:"updated_at"`
}

// Lag is how far Postgres is behind a stream.
type Lag struct {
	// Events are the messages that are not recorded yet.
	Events uint64 `json:"events"`
	// Seconds is how long the oldest of them has been waiting, at the least.
	Seconds float64 `json:"seconds"`
}

// Positions returns how far each stream is recorded, by its name; a stream of
// which nothing is recorded is not among them.
func (r *Reader) Positions(ctx context.Context) (map[string]Recorded, error) {
	var all map[string]Recorded
	err := r.snapshot(ctx, rowTimeout, func(ctx context.Context, tx pgx.Tx) (err error) {
		all, err = positions(ctx, tx)
		return err
	})
	return all, err
}

func positions(ctx context.Context, tx pgx.Tx) (map[string]Recorded, error) {
	list, err := collect[Recorded](ctx, tx, "positions")
	if err != nil {
		return nil, err
	}
	all := make(map[string]Recorded, len(list))
	for _, p := range list {
		all[p.Stream] = p
	}
	return all, nil
}

// Lag says how far a position is behind its stream's newest message; nil where
// the stream was not found yet.
func (r *Reader) Lag(p Recorded) *Lag {
	messages, since, known := r.tail.Behind(p.Stream, p.Sequence)
	if since.IsZero() {
		since = p.UpdatedAt
	}
	switch {
	case !known:
		return nil
	case messages == 0 || since.IsZero():
		return &Lag{Events: messages}
	}
	return &Lag{Events: messages, Seconds: max(0, time.Since(since).Seconds())}
}

// list runs the reads of a list and says how far what they saw is behind a
// stream.
func (r *Reader) list(ctx context.Context, stream string, fn func(context.Context, pgx.Tx) error) (*Lag, error) {
	at := Recorded{Stream: stream}
	err := r.snapshot(ctx, listTimeout, func(ctx context.Context, tx pgx.Tx) error {
		all, err := positions(ctx, tx)
		if err != nil {
			return err
		}
		if p, ok := all[stream]; ok {
			at = p
		}
		return fn(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return r.Lag(at), nil
}
