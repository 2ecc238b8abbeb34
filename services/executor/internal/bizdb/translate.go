package bizdb

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// Translate says what went wrong with a business database as a *steps.Error in
// lang whose type is one of
//
//	db_host_unknown       db_connection_refused  db_unreachable
//	db_host_not_allowed   db_tls                 db_auth_failed
//	db_unknown_database   db_too_many_connections db_starting
//	db_pooler_unsupported db_server_too_old      db_permission_denied
//	db_timeout            db_lock_timeout        db_connection_lost
//	db_read_only          db_error
//
// nil, a cancelled context, what is a *steps.Error already and what is no
// failure of a database are returned as they are. An exceeded deadline becomes
// db_timeout, so look at your own context first. The message holds no secret;
// neither does the text of the cause.
func Translate(err error, lang events.Language) error {
	var known *steps.Error
	if err == nil || errors.Is(err, context.Canceled) || errors.As(err, &known) {
		return err
	}
	p, ok := diagnose(err)
	if !ok {
		return err
	}
	return steps.Fail(p.class, p.errorType, lang.Sprintf(p.zh, p.en, p.args...), err)
}

// problem is a kind of failure and the sentences about it.
type problem struct {
	errorType string
	class     string
	zh, en    string
	args      []any
}

func diagnose(err error) (p problem, ok bool) {
	var host hostError
	var old tooOldError
	var server *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &host):
		return with(hostNotAllowed, string(host)), true
	case errors.As(err, &old):
		return with(serverTooOld, string(old), MinServerVersion), true
	case errors.As(err, &server):
		return diagnoseServer(server, err), true
	case errors.As(err, &connect):
		return diagnoseConnect(connect), true
	case errors.Is(err, context.DeadlineExceeded), pgconn.Timeout(err):
		return timeout, true
	}
	return connectionLost, isLoss(err)
}

// isLoss says whether a session that existed broke.
func isLoss(err error) bool {
	var network net.Error
	for _, loss := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, pgconn.ErrConnClosed} {
		if errors.Is(err, loss) {
			return true
		}
	}
	return errors.As(err, &network)
}

func with(p problem, args ...any) problem {
	p.args = args
	return p
}

// diagnoseServer judges what the server said, by SQLSTATE.
func diagnoseServer(e *pgconn.PgError, err error) problem {
	var connect *pgconn.ConnectError
	connecting := errors.As(err, &connect)
	switch e.Code {
	case "28P01", "28000":
		return with(authFailed, e.Message)
	case "3D000":
		return with(unknownDatabase, e.Message)
	case "42501":
		return with(permissionDenied, e.Message)
	case "53300":
		return tooManyConnections
	case "57P03":
		return with(starting, e.Message)
	case "57014":
		return timeout
	case "55P03":
		var which interface{ Locked() string }
		if errors.As(err, &which) {
			return with(tablesLocked, which.Locked())
		}
		return lockTimeout
	case "25006":
		return readOnly
	case "57P01", "57P02":
		return connectionLost
	case "08P01":
		if connecting {
			return with(poolerUnsupported, e.Message)
		}
	}
	return with(serverError, e.Message, e.Code)
}

// diagnoseConnect judges why no session came about.
func diagnoseConnect(e *pgconn.ConnectError) problem {
	at := hostPort(e.Config.Host, e.Config.Port)
	var dns *net.DNSError
	switch {
	case errors.As(e, &dns) && dns.IsNotFound:
		return with(hostUnknown, dns.Name)
	case isTLS(e):
		return with(tlsFailed, at)
	case errors.Is(e, syscall.ECONNREFUSED), errors.Is(e, syscall.ENOENT):
		return with(connectionRefused, at)
	}
	return with(unreachable, at)
}
