package workflow

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
)

// business opens a run's business database when it is first asked for.
type business struct {
	open func(context.Context) (*pgxpool.Pool, error)

	mu   sync.Mutex
	pool *pgxpool.Pool
}

func (b *business) get(ctx context.Context) (*pgxpool.Pool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pool != nil {
		return b.pool, nil
	}
	pool, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	b.pool = pool
	return pool, nil
}

func (b *business) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pool != nil {
		b.pool.Close()
	}
}
