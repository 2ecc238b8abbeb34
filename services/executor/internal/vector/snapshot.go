package vector

import (
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
)

// Snapshot hands out langchain's two tables as CSV with titles, both as they are
// at one moment: take is called for each with its name and a function that
// writes it and returns the number of rows, which take has to call. Its error
// ends the snapshot.
func (s *Store) Snapshot(ctx context.Context, take func(table string, copyTo func(io.Writer) (int64, error)) error) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, s.conn, options, func(tx pgx.Tx) error {
		for _, table := range []string{"langchain_pg_collection", embeddingTable} {
			err := take(table, func(w io.Writer) (int64, error) {
				tag, err := s.conn.PgConn().CopyTo(ctx, w, `COPY `+table+` TO STDOUT (FORMAT csv, HEADER)`)
				if err != nil {
					return 0, fmt.Errorf("copy %s: %w", table, err)
				}
				return tag.RowsAffected(), nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
