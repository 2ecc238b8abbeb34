package validate

import (
	"context"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

// checker makes verdicts. It has a session of its own and is not safe for
// concurrent use.
type checker struct {
	judge  *judge
	repair Repair  // nil where nothing is repaired
	hollow *hollow // nil where no model is asked
	log    *zap.Logger
	tell   func(*verdict)
}

// work takes parts that no other checker has taken until there are none left.
func (c *checker) work(ctx context.Context, parts [][]*verdict, taken *atomic.Int64) error {
	defer c.judge.close(ctx)
	for ctx.Err() == nil {
		i := int(taken.Add(1)) - 1
		if i >= len(parts) {
			return nil
		}
		if err := c.checkAll(ctx, parts[i]); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// checkAll fills in verdicts, having their SQL planned in one round trip. An
// error means that the database could not be asked.
func (c *checker) checkAll(ctx context.Context, part []*verdict) error {
	plans := c.judge.plans(ctx, part)
	for i, v := range part {
		if err := c.check(ctx, v, plans[i]); err != nil {
			return err
		}
		c.tell(v)
	}
	return nil
}

// plans is what came of planning the SQL of verdicts. What could not be asked
// about is left for the pair's own check.
func (j *judge) plans(ctx context.Context, part []*verdict) []plan {
	plans := make([]plan, len(part))
	var open []int
	for i, v := range part {
		if j.look(v.SQL) == nil {
			open = append(open, i)
		}
	}
	for len(open) > 0 {
		sqls := make([]string, len(open))
		for k, i := range open {
			sqls[k] = part[i].SQL
		}
		found, err := j.plan(ctx, sqls)
		for len(found) > 0 && found[0].asked {
			plans[open[0]] = found[0]
			open, found = open[1:], found[1:]
		}
		if err != nil {
			break
		}
	}
	return plans
}

// check judges a pair, and its repairs if it is refused.
func (c *checker) check(ctx context.Context, v *verdict, p plan) error {
	start := time.Now()
	f, err := c.judge.climb(ctx, v.SQL, p)
	v.find(f)
	if err == nil && c.repair != nil && mendable(f) && !c.inevitable(ctx, v, f) {
		err = c.mend(ctx, v, f)
	}
	v.ExecutionSeconds = seconds(time.Since(start))
	return err
}

// inevitable reports whether other SQL would find nothing either. Nobody looks
// where no model would be asked, since names alone mend no empty result.
func (c *checker) inevitable(ctx context.Context, v *verdict, f finding) bool {
	return f.empty && c.hollow != nil && c.hollow.explains(ctx, c.judge, v.SQL)
}

// mendable reports whether another text may do what this one does not.
func mendable(f finding) bool {
	return f.empty || f.refusal != nil && f.refusal.Reason == reasonSQL && !outside(f.refusal.SQLState)
}

// mend tries repairs, each of the one before. For an empty result one is tried,
// and taken only if it finds something.
func (c *checker) mend(ctx context.Context, v *verdict, f finding) error {
	empty, sql := f.empty, v.SQL
	for range maxRepairs {
		proposal, err := c.repair(ctx, fault(v.Question, sql, f))
		if err != nil {
			c.log.Warn(c.judge.lang.Sprintf("第 %d 对无法修复", "pair %d cannot be repaired", v.Number), zap.Error(err))
			return ctx.Err()
		}
		if proposal == "" || pairs.NormalSQL(proposal) == pairs.NormalSQL(sql) {
			return nil
		}
		v.RepairAttempted = true
		sql = proposal
		if f, err = c.judge.ask(ctx, sql); err != nil {
			return err
		}
		v.Retries += f.retries
		if f.refusal == nil && !c.judge.relations.sharesTable(sql, v.SQL) {
			return nil // it answers another question
		}
		if f.refusal == nil && !(empty && f.empty) {
			v.mended(sql, f)
			return nil
		}
		if empty || !mendable(f) {
			return nil
		}
	}
	return nil
}

func fault(question, sql string, f finding) Fault {
	fault := Fault{Pair: pairs.Pair{Question: question, SQL: sql}, Empty: f.empty}
	if r := f.refusal; r != nil {
		fault.SQLState, fault.Message, fault.Hint, fault.Position = r.SQLState, r.Message, r.Hint, r.Position
	}
	return fault
}
