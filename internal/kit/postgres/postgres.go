// Package postgres opens the project's own database.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"
)

// ErrConfig is wrapped by Open's refusal of a connection string. Its message
// never repeats the string.
var ErrConfig = errors.New("database-url (DP_DATABASE_URL) is not a PostgreSQL connection string")

const (
	defaultMaxConns = 10
	connectTimeout  = 5 * time.Second
)

// Config says which database. It is embedded into a service's configuration.
type Config struct {
	// URL is a connection string of any form and with any parameter that pgx
	// knows, since it comes from the operator. It holds a password.
	URL string `name:"database-url" env:"DP_DATABASE_URL" placeholder:"URL" help:"PostgreSQL of the pipeline's own tables."`
	// MaxConns limits the connections of a process; 0 means 10.
	MaxConns int32 `name:"database-max-conns" env:"DP_DATABASE_MAX_CONNS" default:"10" help:"Connections to that database, at most."`
}

// Validate returns every fault of the configuration at once.
func (c Config) Validate() error {
	var faults []error
	if _, err := c.parse(); err != nil {
		faults = append(faults, err)
	}
	if c.MaxConns < 0 {
		faults = append(faults, fmt.Errorf("database-max-conns: %d is negative", c.MaxConns))
	}
	return errors.Join(faults...)
}

// Open makes a pool that connects when it is first used, so it succeeds while
// the database is away. ErrConfig for a malformed string. The caller closes
// the pool.
func Open(ctx context.Context, cfg Config, log *zap.Logger) (*pgxpool.Pool, error) {
	pc, err := cfg.parse()
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	log.Info("database", zap.String("host", pc.ConnConfig.Host), zap.Uint16("port", pc.ConnConfig.Port),
		zap.String("database", pc.ConnConfig.Database), zap.String("user", pc.ConnConfig.User))
	return pool, nil
}

func (c Config) parse() (*pgxpool.Config, error) {
	pc, err := pgxpool.ParseConfig(c.URL)
	if err != nil || c.URL == "" {
		return nil, ErrConfig // the cause may quote the password
	}
	pc.MaxConns = defaultMaxConns
	if c.MaxConns > 0 {
		pc.MaxConns = c.MaxConns
	}
	if pc.ConnConfig.ConnectTimeout == 0 {
		pc.ConnConfig.ConnectTimeout = connectTimeout
	}
	if pc.ConnConfig.RuntimeParams["application_name"] == "" {
		pc.ConnConfig.RuntimeParams["application_name"] = "datapipeline"
	}
	return pc, nil
}

// Ready returns nil when the database answers. It is a readiness check.
func Ready(pool *pgxpool.Pool) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := pool.Ping(ctx); err != nil {
			return fmt.Errorf("database: %w", err)
		}
		return nil
	}
}
