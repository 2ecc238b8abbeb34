package bizdb

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

type locked struct{ error }

func (locked) Locked() string { return "public.orders" }

func (l locked) Unwrap() error { return l.error }

func TestALockIsToldWithItsTable(t *testing.T) {
	for _, lang := range []events.Language{events.Chinese, events.English} {
		err := Translate(locked{&pgconn.PgError{Code: "55P03"}}, lang)
		failure, ok := errors.AsType[*steps.Error](err)
		if !ok || failure.Type != "db_lock_timeout" || !strings.Contains(failure.Message, "public.orders") {
			t.Errorf("%v", err)
		}
	}
}
