package validate

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// maxRepairs bounds the proposals that are tried for one pair.
const maxRepairs = 2

// Repairer proposes other SQL for what the database refused. It need not be
// right: a proposal counts only if it climbs the whole ladder itself.
type Repairer interface {
	// Begin readies a run. The Repair it returns is used until the run's step
	// returns, by several goroutines at once.
	Begin(run *steps.Run, db *pgxpool.Pool) Repair
}

// Repair proposes SQL in place of the fault's, or "" when it has no proposal.
// An error is logged and taken for no proposal.
type Repair func(ctx context.Context, fault Fault) (string, error)

// Fault is a pair that the database refused, and how.
type Fault struct {
	Pair pairs.Pair
	// Empty says that the SQL passed and its result is empty, as that of a wrong
	// literal is. What follows is zero then.
	Empty    bool
	SQLState string
	Message  string // in the server's language
	Hint     string
	Position int // in Pair.SQL, in characters from 1; 0 where unknown
}

// Repairers is a Repairer that asks one after the other until one proposes
// something.
func Repairers(all ...Repairer) Repairer { return repairers(all) }

type repairers []Repairer

func (all repairers) Begin(run *steps.Run, db *pgxpool.Pool) Repair {
	begun := make([]Repair, len(all))
	for i, r := range all {
		begun[i] = r.Begin(run, db)
	}
	return func(ctx context.Context, fault Fault) (string, error) {
		for _, repair := range begun {
			if sql, err := repair(ctx, fault); sql != "" || err != nil {
				return sql, err
			}
		}
		return "", nil
	}
}
