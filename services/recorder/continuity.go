package recorder

import (
	"errors"
	"fmt"
	"time"

	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/recorder/internal/store"
)

// ErrDiscontinuity is wrapped by the error with which Run ends when a stream is
// not the continuation of what was recorded: going on would leave a gap, or mix
// two histories, and nobody would know.
var ErrDiscontinuity = errors.New("the stream does not continue what was recorded")

// continues checks a position against the stream.
func continues(at store.Position, state broker.State) error {
	created := state.Created.Truncate(time.Microsecond)
	switch {
	case !at.Created.Equal(created):
		return fmt.Errorf("%w: it was made at %s, the recorded one at %s", broker.ErrReplaced,
			created.UTC().Format(time.RFC3339Nano), at.Created.UTC().Format(time.RFC3339Nano))
	case state.Last < at.Sequence:
		return fmt.Errorf("%w: its last message is %d, but %d is recorded: it was restored from an older copy",
			broker.ErrReplaced, state.Last, at.Sequence)
	case state.First > at.Sequence+1:
		return fmt.Errorf("%w: its first message is %d, but only %d is recorded: messages between expired or were purged",
			broker.ErrGap, state.First, at.Sequence)
	}
	return nil
}

func isDiscontinuity(err error) bool {
	return errors.Is(err, broker.ErrReplaced) || errors.Is(err, broker.ErrGap)
}

// explain says what an operator can do.
func explain(stream string, err error) error {
	return fmt.Errorf("%w: %s: %w. Either bring the stream back, or accept what it holds now: "+
		"stop the recorders, back up the database, run SELECT rebuild_data_pipeline(), which empties the tables, and start a recorder, "+
		"which fills them from the streams", ErrDiscontinuity, stream, err)
}
