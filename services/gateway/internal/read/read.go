// Package read answers what the gateway is asked. What it says of one task is
// always current: what Postgres knows, and the events of the stream beyond
// that; also while Postgres is away, from the stream alone. Lists, log lines
// and statistics come from Postgres, with how far it is behind.
//
// Its errors are *apierr.Error or wrap broker.ErrUnavailable. Each call ends
// within seconds, and with its context.
package read

import (
	"context"
	"embed"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
)

// Times that bound a read.
const (
	rowTimeout    = time.Second      // of the part of one task's state that Postgres may give
	listTimeout   = 10 * time.Second // of a list, which Postgres has to give
	streamTimeout = 3 * time.Second
)

// Stream gives the events of a task; it is a broker.Broker.
type Stream interface {
	History(ctx context.Context, taskID string, after uint64, fn func(events.Event) error) error
}

// Tail knows how far the streams are; it is a live.Hub.
type Tail interface {
	Behind(stream string, sequence uint64) (messages uint64, since time.Time, known bool)
}

// Reader reads. It is safe for concurrent use.
type Reader struct {
	db     *pgxpool.Pool
	stream Stream
	tail   Tail
	log    *zap.Logger
	away   atomic.Bool // whether Postgres was at the last read of one task
	// outdated is whether the tables were when they were last asked.
	outdated atomic.Bool
}

// New makes a reader. db may be nil, which is like a Postgres that is away.
func New(db *pgxpool.Pool, stream Stream, tail Tail, log *zap.Logger) *Reader {
	return &Reader{db: db, stream: stream, tail: tail, log: log}
}

//go:embed queries/*.sql
var queries embed.FS

// query returns the SQL of a file of queries. A name without a file is a
// mistake in this package.
func query(name string) string {
	text, err := queries.ReadFile("queries/" + name + ".sql")
	if err != nil {
		panic(err)
	}
	return string(text)
}
