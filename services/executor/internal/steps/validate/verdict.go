package validate

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

// verdict is what became of a pair, as the report holds it.
type verdict struct {
	Number   int    `json:"number"` // from 1, as in the file
	Question string `json:"question"`
	SQL      string `json:"sql"`
	// Repaired is SQL that passes in place of one that does not.
	Repaired string `json:"repaired_sql,omitempty"`
	Valid    bool   `json:"valid"` // of SQL, as it stood in the file

	ErrorType string `json:"error_type,omitempty"`
	SQLState  string `json:"sqlstate,omitempty"`
	Message   string `json:"message,omitempty"`

	RepairAttempted  bool    `json:"repair_attempted"`
	Retries          int     `json:"retries"`
	ExecutionSeconds float64 `json:"execution_seconds"`
}

// pair is the pair as a modified file holds it.
func (v verdict) pair() pairs.Pair {
	if v.Repaired != "" {
		return pairs.Pair{Question: v.Question, SQL: v.Repaired}
	}
	return pairs.Pair{Question: v.Question, SQL: v.SQL}
}

// checker makes verdicts. It is safe for concurrent use.
type checker struct {
	judge  *judge
	repair Repair
	log    *zap.Logger
}

// check judges a pair, and its repairs if it is refused. An error means that
// the database could not be asked.
func (c *checker) check(ctx context.Context, number int, pair pairs.Pair) (verdict, error) {
	start := time.Now()
	v := verdict{Number: number, Question: pair.Question, SQL: pair.SQL}
	fault, retries, err := c.judge.ask(ctx, pair.SQL)
	v.Retries = retries
	v.Valid = fault == nil
	if fault != nil {
		v.ErrorType, v.SQLState, v.Message = fault.Reason, fault.SQLState, fault.Message
	}
	if err == nil && fault != nil && fault.Reason == reasonSQL {
		err = c.mend(ctx, &v, fault)
	}
	v.ExecutionSeconds = seconds(time.Since(start))
	return v, err
}

// mend tries repairs, each of the one before.
func (c *checker) mend(ctx context.Context, v *verdict, fault *refusal) error {
	pair := pairs.Pair{Question: v.Question, SQL: v.SQL}
	for range maxRepairs {
		sql, err := c.repair(ctx, Fault{pair, fault.SQLState, fault.Message, fault.Hint, fault.Position})
		if err != nil {
			c.log.Warn(c.judge.lang.Sprintf("第 %d 对无法修复", "pair %d cannot be repaired", v.Number), zap.Error(err))
			return ctx.Err()
		}
		if sql == "" || sql == pair.SQL {
			return nil
		}
		v.RepairAttempted = true
		pair.SQL = sql
		next, retries, err := c.judge.ask(ctx, sql)
		v.Retries += retries
		if err != nil {
			return err
		}
		if next == nil {
			v.Repaired = sql
			return nil
		}
		if next.Reason != reasonSQL {
			return nil
		}
		fault = next
	}
	return nil
}

// seconds rounds to milliseconds.
func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
