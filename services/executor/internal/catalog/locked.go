package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// LockedError says which tables could not be read since another session holds a
// lock on them, or on what they read, or waits for one. It wraps the driver's
// error.
type LockedError struct {
	Tables []Name
	Err    error
}

func (e *LockedError) Error() string { return fmt.Sprintf("%s: %v", e.Locked(), e.Err) }

func (e *LockedError) Unwrap() error { return e.Err }

// Locked are the names of the first tables, for people.
func (e *LockedError) Locked() string {
	const told = 5
	var names []string
	for _, n := range e.Tables[:min(len(e.Tables), told)] {
		names = append(names, n.String())
	}
	if len(e.Tables) > told {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// readAround reads what another session's locks leave. The locked tables are in
// the schema's Locked.
func readAround(ctx context.Context, db DB, names []Name, refusal error) (*Schema, error) {
	locked, err := lockedTables(ctx, db)
	if err != nil {
		return nil, err
	}
	among, rest := parted(names, func(n Name) bool { return slices.Contains(locked, n) })
	if len(among) == 0 && len(locked) > 0 {
		among = locked // something else needs them
	}
	if len(among) == 0 {
		return nil, refusal
	}
	if len(rest) == 0 || len(rest) == len(names) {
		return nil, &LockedError{among, refusal}
	}
	schema, err := readOnce(ctx, db, rest)
	if isLocked(err) {
		return nil, &LockedError{among, err}
	}
	if err == nil {
		schema.Locked = among
	}
	return schema, err
}

// isLocked says that the server waited for a lock as long as it may.
func isLocked(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "55P03"
}

// lockedTables are the tables whose rows nobody may read at the moment, and the
// views of them.
func lockedTables(ctx context.Context, db DB) (names []Name, err error) {
	err = inSnapshot(ctx, db, func(tx pgx.Tx, _ string, _ int) error {
		rows, err := tx.Query(ctx, statement("locked"))
		if err != nil {
			return err
		}
		names, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Name])
		return err
	})
	return names, err
}
