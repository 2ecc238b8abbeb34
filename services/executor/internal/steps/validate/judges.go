package validate

import (
	"context"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
)

// judges are n, or fewer where the database has no connection for all of their
// sessions: the pool keeps one, which repairs need. Where there is a single
// connection, the one judge takes it. There is always one, which says what is
// wrong where it is not their number.
func (r rules) judges(ctx context.Context, n int) []*judge {
	spare := keepOne(ctx, r.pool)
	first, more := &judge{rules: r}, make([]*judge, max(n-1, 0))
	if first.open(ctx) != nil {
		spare()
		r.pool.Reset() // it tries again when it is asked, and finds room
		return []*judge{first}
	}
	var opening sync.WaitGroup
	for i := range more {
		more[i] = &judge{rules: r}
		opening.Go(func() { _ = more[i].open(ctx) })
	}
	opening.Wait()
	spare()
	more = slices.DeleteFunc(more, func(j *judge) bool { return j.session == nil })
	return append(more, first)
}

// keepOne closes what idles in a pool, which makes room for sessions, but for
// one connection. That one nobody else has until release is called.
func keepOne(ctx context.Context, pool *pgxpool.Pool) (release func()) {
	release = func() {}
	for i, conn := range pool.AcquireAllIdle(ctx) {
		if i == 0 {
			release = conn.Release
			continue
		}
		_ = conn.Hijack().Close(ctx) // there is nothing in it to be lost
	}
	return release
}
