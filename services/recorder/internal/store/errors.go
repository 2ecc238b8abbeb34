package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

var (
	// ErrMoved says that another recorder moved the position, and that nothing
	// was written.
	ErrMoved = errors.New("the position was moved by another recorder")
	// ErrRefused says that the database refuses what the events hold, now and
	// always.
	ErrRefused = errors.New("the database refuses the event")
)

// Classes and codes of SQLSTATE that the content of an event causes.
const (
	classData      = "22"
	classLimit     = "54"
	checkViolation = "23514"
)

// translate adds ErrRefused where trying again is of no use.
func translate(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == checkViolation || strings.HasPrefix(pg.Code, classData) || strings.HasPrefix(pg.Code, classLimit)) {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

// passing are the classes of SQLSTATE of what passes by itself: connections,
// conflicts of transactions, resources, locks, a server that starts or stops,
// its system.
var passing = []string{"08", "40", "53", "55", "57", "58"}

// Unavailable says whether an error of Migrate may pass by itself, as does
// everything that the server did not say itself. A refused password, an unknown
// database or a statement that fails does not pass.
func Unavailable(err error) bool {
	pg, said := errors.AsType[*pgconn.PgError](err)
	return !said || slices.Contains(passing, pg.Code[:2])
}
