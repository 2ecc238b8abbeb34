// Package bizdb opens business databases so that nothing in them changes, and
// says in the user's language what is wrong with one.
package bizdb

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
)

// MinServerVersion is the oldest major version of PostgreSQL that is served.
const MinServerVersion = 13

// Options say how a business database is opened. The zero value is fit for
// use.
type Options struct {
	// AllowedHosts are the only hosts that may be reached; empty allows all.
	// An entry is a host name, "*.example.com" for all names below one, an
	// address, a range of addresses as CIDR, or a folder of unix sockets; a
	// name or an address may be followed by ":port". A range also allows names
	// that resolve into it.
	AllowedHosts []string
	// ConnectTimeout bounds each attempt to connect; default 10 s. A connection
	// string may ask for less.
	ConnectTimeout time.Duration
	// StatementTimeout bounds each statement; default 30 s. A statement waits
	// for a lock a sixth of it at most.
	StatementTimeout time.Duration
	// MaxConns bounds the connections; default 4.
	MaxConns int32
}

func (o Options) withDefaults() Options {
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = 10 * time.Second
	}
	if o.StatementTimeout <= 0 {
		o.StatementTimeout = 30 * time.Second
	}
	if o.MaxConns <= 0 {
		o.MaxConns = 4
	}
	return o
}

// Open opens a business database and proves that it can be reached. Sessions
// are read-only unless a transaction asks otherwise, and bounded in time; TLS
// is as the connection string says. The caller closes the pool.
//
// The error is ctx's, or a *steps.Error in lang, free of secrets: see
// Translate, and besides db_connection_invalid, db_host_not_allowed and
// db_server_too_old.
func Open(ctx context.Context, connection string, lang events.Language, options Options) (*pgxpool.Pool, error) {
	options = options.withDefaults()
	config, err := parse(connection, lang)
	if err != nil {
		return nil, err
	}
	if err := restrict(config.ConnConfig, options.AllowedHosts); err != nil {
		return nil, Translate(err, lang)
	}
	configure(config, options)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, Translate(err, lang)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, Translate(err, lang)
	}
	return pool, nil
}

func configure(config *pgxpool.Config, o Options) {
	config.MaxConns, config.MinConns = o.MaxConns, 0
	if asked := config.ConnConfig.ConnectTimeout; asked <= 0 || asked > o.ConnectTimeout {
		config.ConnConfig.ConnectTimeout = o.ConnectTimeout
	}
	milliseconds := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	params := config.ConnConfig.RuntimeParams
	// Sent at the start of a session they are what RESET goes back to, and a
	// pooler in between refuses them instead of spreading them.
	params["application_name"] = "datapipeline"
	params["default_transaction_read_only"] = "on"
	params["statement_timeout"] = milliseconds(o.StatementTimeout)
	params["lock_timeout"] = milliseconds(o.StatementTimeout / 6)
	params["idle_in_transaction_session_timeout"] = milliseconds(max(4*o.StatementTimeout, time.Minute))
	config.AfterConnect = checkVersion
}

// tooOldError says which version a server has.
type tooOldError string

func (e tooOldError) Error() string { return fmt.Sprintf("server version %q is too old", string(e)) }

func checkVersion(_ context.Context, conn *pgx.Conn) error {
	version := conn.PgConn().ParameterStatus("server_version")
	end := 0
	for end < len(version) && version[end] >= '0' && version[end] <= '9' {
		end++
	}
	if major, err := strconv.Atoi(version[:end]); err != nil || major < MinServerVersion {
		return tooOldError(version)
	}
	return nil
}
