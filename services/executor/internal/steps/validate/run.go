package validate

import (
	"context"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/events"
)

// maxRows is how many rows of a result are computed. Faults that lie in the
// data, as a division by zero, show only where rows are.
const maxRows = "1000"

// run has the server compute the first rows of sql's result. They stay with the
// server: MOVE runs a cursor as FETCH does and sends nothing but their number.
// The statement is not wrapped in another, whose LIMIT could change its plan
// and the names of its columns. An error is a refusedError, or what the server or
// the connection said.
func (s *session) run(ctx context.Context, sql string, lang events.Language) (rows int64, err error) {
	err = s.roundTrip(ctx, func(p *pgconn.Pipeline) {
		begin(p)
		p.SendPrepare("", sql, nil)
		command(p, cursor+sql)
		command(p, "SET LOCAL statement_timeout = "+milliseconds(s.timeout)) // planning may have run a function that set it
		command(p, "MOVE FORWARD "+maxRows+" IN pair")
	}, func(p *pgconn.Pipeline) error {
		if err := skip(p, 1); err != nil {
			return err
		}
		statement, err := next[*pgconn.StatementDescription](p)
		if err != nil {
			return err
		}
		if len(statement.Fields) == 0 {
			return refusedError{notReading(lang)}
		}
		if err := skip(p, 2); err != nil {
			return shift(err, len(cursor))
		}
		result, err := answer(p)
		if err != nil {
			return err
		}
		rows = result.CommandTag.RowsAffected()
		return nil
	})
	return rows, err
}
