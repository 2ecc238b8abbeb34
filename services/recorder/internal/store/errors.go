package store

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

var (
	// ErrMoved: another recorder moved the position, and nothing was written.
	ErrMoved = errors.New("the position was moved by another recorder")
	// ErrRefused: the database refuses what the events hold, now and always.
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

// Unavailable says whether an error of Migrate may pass by itself: the server
// cannot be reached, starts, stops or has no connection left. A refused
// password or an unknown database does not pass.
func Unavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return slices.Contains([]string{"08", "53", "57"}, pg.Code[:2])
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network)
}
