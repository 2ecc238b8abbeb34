package bizdb

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/dsn"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// parse takes the connection from the string and from nowhere else.
func parse(connection string, lang events.Language) (*pgxpool.Config, error) {
	conn, err := dsn.Parse(connection)
	if err != nil {
		p := connectionInvalid
		return nil, steps.Fail(p.class, p.errorType, lang.Pick(p.zh, p.en), err)
	}
	// A pool insists on a configuration that it parsed; only its defaults stay.
	config, err := pgxpool.ParseConfig("host=localhost")
	if err != nil {
		return nil, fmt.Errorf("pool of connections: %w", err)
	}
	config.ConnConfig = conn
	return config, nil
}
