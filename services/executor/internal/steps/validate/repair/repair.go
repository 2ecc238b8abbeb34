// Package repair mends names: it puts the table or column of the catalogue that
// is nearest to the unknown name of a statement in its place. No model is asked.
package repair

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// Names returns the Repairer. It knows two faults, an undefined table (42P01)
// and an undefined column (42703): misspelt names, names in capitals that lack
// their quotes, tables that lack their schema, and columns under another
// table's alias. Where two names are equally near it proposes nothing. It reads
// the names once a run, when the first such fault comes.
func Names() validate.Repairer { return names{} }

type names struct{}

func (names) Begin(_ *steps.Run, db *pgxpool.Pool) validate.Repair {
	var mu sync.Mutex
	var known *schema
	load := func(ctx context.Context) (*schema, error) {
		mu.Lock()
		defer mu.Unlock()
		if known != nil {
			return known, nil
		}
		var err error
		known, err = readSchema(ctx, db)
		return known, err
	}
	return func(ctx context.Context, f validate.Fault) (string, error) {
		if f.Position < 1 || f.SQLState != undefinedTable && f.SQLState != undefinedColumn {
			return "", nil
		}
		s, err := load(ctx)
		if err != nil {
			return "", err
		}
		return propose(s, f), nil
	}
}

const (
	undefinedTable  = "42P01"
	undefinedColumn = "42703"
)

// propose returns other SQL, or "".
func propose(s *schema, f validate.Fault) string {
	tokens, closed := sqltext.Scan(f.Pair.SQL)
	if !closed {
		return ""
	}
	stmt := parse(s, tokens)
	name, ok := stmt.nameAt(f.Position)
	switch {
	case !ok:
		return ""
	case f.SQLState == undefinedColumn:
		return stmt.mendColumn(name, f.Hint)
	case name.inFrom:
		return stmt.mendTable(name)
	}
	return stmt.mendQualifier(name)
}
