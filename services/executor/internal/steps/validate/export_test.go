package validate

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
)

// Explainer has SQL climb up to its plan, as the step does it, over sessions
// that stay open.
type Explainer struct {
	judges []*judge
}

func NewExplainer(ctx context.Context, pool *pgxpool.Pool, sessions int) (*Explainer, error) {
	rules, err := newRules(ctx, pool, Task{Language: events.English})
	if err != nil {
		return nil, err
	}
	e := &Explainer{}
	for range sessions {
		j := &judge{rules: rules}
		if j.session, err = openSession(ctx, pool, j.timeout); err != nil {
			return nil, err
		}
		e.judges = append(e.judges, j)
	}
	return e, nil
}

func (e *Explainer) Close(ctx context.Context) {
	for _, j := range e.judges {
		j.close(ctx)
	}
}

// Explain has every session plan sqls, and returns how many were accepted.
func (e *Explainer) Explain(ctx context.Context, sqls []string) (accepted int, err error) {
	counts := make([]int, len(e.judges))
	var group errgroup.Group
	for i, j := range e.judges {
		group.Go(func() error {
			for at := 0; at < len(sqls); at += batch {
				part := make([]*verdict, 0, batch)
				for _, sql := range sqls[at:min(at+batch, len(sqls))] {
					part = append(part, &verdict{SQL: sql})
				}
				for _, p := range j.plans(ctx, part) {
					counts[i] += count(p.asked && p.err == nil && p.cost <= j.maxCost)
				}
			}
			return ctx.Err()
		})
	}
	err = group.Wait()
	for _, n := range counts {
		accepted += n
	}
	return accepted, err
}
