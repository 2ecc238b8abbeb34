package store

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestWhatPassesByItselfAndWhatDoesNot(t *testing.T) {
	said := func(code string) error { return fmt.Errorf("x: %w", &pgconn.PgError{Code: code}) }
	for name, c := range map[string]struct {
		err                  error
		unavailable, refused bool
	}{
		"a connection that broke":      {fmt.Errorf("x: %w", io.ErrUnexpectedEOF), true, false},
		"a server that starts":         {said("57P03"), true, false},
		"too many connections":         {said("53300"), true, false},
		"a deadlock":                   {said("40P01"), true, false},
		"a wrong password":             {said("28P01"), false, false},
		"an unknown database":          {said("3D000"), false, false},
		"a permission that is missing": {said("42501"), false, false},
		"a number out of range":        {said("22003"), false, true},
		"a document that is too deep":  {said("54001"), false, true},
		"a check that fails":           {said("23514"), false, true},
		"a row that is there already":  {said("23505"), false, false},
	} {
		if got := Unavailable(c.err); got != c.unavailable {
			t.Errorf("%s: unavailable %v", name, got)
		}
		if got := errors.Is(translate(c.err), ErrRefused); got != c.refused {
			t.Errorf("%s: refused %v", name, got)
		}
	}
}
