package bizdb

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// allowedKeys are what a connection string may say. None of them names a file
// of this machine, and none weakens what Open sets.
var allowedKeys = []string{
	"host", "port", "user", "password", "dbname", "sslmode", "sslnegotiation", "sslsni", "channel_binding",
	"connect_timeout", "target_session_attrs", "application_name", "client_encoding", "search_path", "timezone",
}

// errUnreadable stands for a parser's error, which may quote a password.
var errUnreadable = errors.New("the connection string cannot be read")

func parse(dsn string, lang events.Language) (*pgxpool.Config, error) {
	refuse := func() (*pgxpool.Config, error) {
		p := connectionInvalid
		return nil, steps.Fail(p.class, p.errorType, lang.Pick(p.zh, p.en), errUnreadable)
	}
	options := pgconn.ParseConfigOptions{ConnStringAllowedKeys: allowedKeys}
	if _, err := pgconn.ParseConfigWithOptions(dsn, options); err != nil {
		return refuse()
	}
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return refuse()
	}
	return config, nil
}
