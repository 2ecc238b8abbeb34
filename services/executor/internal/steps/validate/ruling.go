package validate

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/events"
)

// refused is the refusal that an error before a text runs stands for; nil for
// none.
func (j *judge) refused(err error, sql string) *refusal {
	if err == nil {
		return nil
	}
	if r, ok := errors.AsType[refusedError](err); ok {
		return r.refusal
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return tooLarge(j.lang)
	}
	if lacksParameters(pg) {
		return refuse(events.RungStatement, reasonParameters, j.lang.Pick("SQL 含有参数（如 $1），无法单独执行", "the SQL has parameters such as $1 and cannot run by itself"))
	}
	if transient(pg.Code) {
		r := timedOut(j.lang, j.masker.Refusal(pg, sql).Message)
		r.SQLState = pg.Code
		return r
	}
	if severalStatements(pg) {
		r := refuse(events.RungStatement, reasonSQL, j.lang.Pick("SQL 含有多条语句，只接受一条", "more than one statement; only one is accepted"))
		r.SQLState = pg.Code
		return r
	}
	reason := reasonSQL
	if overLimits(pg) {
		reason = reasonResources
	}
	told := j.masker.Refusal(pg, sql)
	return &refusal{Rung: j.functions.rungOf(pg, sql), Reason: reason, Message: told.Message, SQLState: pg.Code, Hint: told.Hint, Position: int(pg.Position)}
}

// stopped is a refusal of a text as it ran.
func (j *judge) stopped(err error, sql string) *refusal {
	r := j.refused(err, sql)
	switch r.Reason {
	case reasonSQL, reasonTimeout, reasonResources, reasonLarge:
		r.Rung = events.RungRun
	}
	if r.SQLState == queryCanceled {
		r.Reason = reasonSlow
		r.Message = j.lang.Sprintf("SQL 在 %v 内没有执行完", "the SQL did not finish within %v", j.timeout)
	}
	return r
}

// mayPass reports whether the same text may pass at another time. What used up
// its time is not planned again, as it is not run again.
func (r *refusal) mayPass() bool {
	return r.Reason == reasonTimeout && r.SQLState != "" && r.SQLState != queryCanceled
}
