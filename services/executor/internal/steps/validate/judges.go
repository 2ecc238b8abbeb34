package validate

import (
	"context"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
)

// judges are n, or fewer where the database has no connection for all of their
// sessions: the pool keeps one, which repairs need. Where there is a single
// connection, the one judge takes it. The first is always there, and
// says what is wrong where it is not their number.
func (r rules) judges(ctx context.Context, n int) []*judge {
	all := make([]*judge, n)
	for i := range all {
		all[i] = &judge{rules: r}
	}
	if n == 0 {
		return all
	}
	spare := keepOne(ctx, r.pool)
	if all[0].open(ctx) != nil {
		spare()
		r.pool.Reset() // it tries again when it is asked, and finds room
		return all[:1]
	}
	var opening sync.WaitGroup
	for _, j := range all[1:] {
		opening.Go(func() { _ = j.open(ctx) })
	}
	opening.Wait()
	spare()
	return slices.DeleteFunc(all, func(j *judge) bool { return j.session == nil })
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
