// Package repair proposes SQL for what the validation refused: by the names of
// the catalogue, or by asking a model.
package repair

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/services/executor/internal/sqltext"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// All returns the Repairer that mends by names where it can, which costs
// nothing, and else asks the model.
func All() validate.Repairer { return validate.Repairers(Names(), Model()) }

// Names returns the Repairer that puts the table or column of the catalogue
// nearest to an unknown name in its place. It knows two faults, an undefined table (42P01)
// and an undefined column (42703): misspelt names, names in capitals that lack
// their quotes, tables that lack their schema, and columns under another
// table's alias. Where two names are equally near it proposes nothing. It reads
// the names once a run, when the first such fault comes.
func Names() validate.Repairer { return names{} }

type names struct{}

func (names) Begin(_ *steps.Run, db *pgxpool.Pool) validate.Repair {
	known := &cached{db: db}
	return func(ctx context.Context, f validate.Fault) (string, error) {
		if f.Position < 1 || f.SQLState != undefinedTable && f.SQLState != undefinedColumn {
			return "", nil
		}
		s, err := known.load(ctx)
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
