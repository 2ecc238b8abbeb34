package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Position is how far a stream is recorded.
type Position struct {
	Stream   string
	Created  time.Time // when the stream was made, to the microsecond
	Sequence uint64    // of the last recorded message
}

// Position returns how far a stream is recorded; false where it never was.
func (s *Store) Position(ctx context.Context, stream string) (Position, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	p := Position{Stream: stream}
	var sequence int64
	err := s.pool.QueryRow(ctx, query("position"), stream).Scan(&p.Created, &sequence)
	if errors.Is(err, pgx.ErrNoRows) {
		return Position{}, false, nil
	}
	if err != nil {
		return Position{}, false, fmt.Errorf("read the position of %s: %w", stream, err)
	}
	p.Sequence = uint64(sequence)
	return p, true, nil
}

// Begin sets the first position of a stream, unless there is one already.
func (s *Store) Begin(ctx context.Context, p Position) error {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	if _, err := s.pool.Exec(ctx, query("position_begin"), p.Stream, p.Created, bigint(p.Sequence)); err != nil {
		return fmt.Errorf("begin the position of %s: %w", p.Stream, err)
	}
	return nil
}

// move is the compare-and-set that lets one recorder win.
func move(ctx context.Context, tx pgx.Tx, from Position, to uint64) error {
	tag, err := tx.Exec(ctx, query("position_move"), from.Stream, from.Created, bigint(from.Sequence), bigint(to))
	if err != nil {
		return fmt.Errorf("move the position of %s: %w", from.Stream, err)
	}
	if tag.RowsAffected() != 1 {
		return fmt.Errorf("%w: %s at %d", ErrMoved, from.Stream, from.Sequence)
	}
	return nil
}
