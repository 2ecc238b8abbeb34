package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/sample"
	"github.com/citu/datapipeline/services/executor"
	"github.com/citu/datapipeline/services/filescan"
	"github.com/citu/datapipeline/services/gateway"
	"github.com/citu/datapipeline/services/recorder"
)

// settings are the configurations of all services.
type settings struct {
	gateway  gateway.Config
	executor executor.Config
	recorder recorder.Config
	filescan filescan.Config
}

// given is what the environment names, and what therefore is not started.
type given struct{ nats, database, vectors string }

func environment() given {
	return given{nats: os.Getenv("DP_NATS_URL"), database: os.Getenv("DP_DATABASE_URL"), vectors: os.Getenv("DP_VECTOR_DATABASE_URL")}
}

// needs says what is to be started.
func (g given) needs(cfg Config, log *zap.Logger) Needs {
	n := Needs{DataDir: cfg.DataDir, NATSURL: g.nats, NATSListen: cfg.NATSListen, Log: log}
	if g.database == "" {
		n.Databases = append(n.Databases, databasePipeline)
	}
	if g.database == "" && g.vectors == "" {
		n.Databases = append(n.Databases, databaseVectors)
	}
	if cfg.Sample {
		n.Databases = append(n.Databases, sample.Database)
	}
	return n
}

// on returns what the environment names, completed by what was started.
func (g given) on(base *Foundation) given {
	g.nats = base.NATSURL
	switch {
	case g.database == "" && g.vectors == "":
		g.vectors = base.DSN(databaseVectors)
	case g.vectors == "":
		g.vectors = g.database
	}
	if g.database == "" {
		g.database = base.DSN(databasePipeline)
	}
	return g
}

// read takes every service's configuration from the environment, completed.
func read(cfg Config, base *Foundation, g given, recipient string) (settings, error) {
	var s settings
	nats, database := "--nats-url="+g.nats, "--database-url="+g.database
	err := errors.Join(
		Read(&s.gateway, nats, database, "--http-addr="+cfg.HTTPAddr, "--language="+string(cfg.Language)),
		Read(&s.executor, nats, "--vector-database-url="+g.vectors, "--vector-allow-arrays", "--admin-addr="),
		Read(&s.recorder, nats, database, "--admin-addr="),
		Read(&s.filescan, nats, "--admin-addr="))
	if s.gateway.SealRecipient == "" {
		s.gateway.SealRecipient = recipient
	}
	if s.executor.SealIdentityFile == "" {
		s.executor.SealIdentityFile = filepath.Join(cfg.DataDir, "identity")
	}
	if cfg.Sample {
		s.executor.Connections = map[string]string{sample.Database: base.DSN(sample.Database)}
	}
	return s, err
}

// Read fills a configuration as the service's own binary would: with its
// defaults, what the environment says, and flags, which no process list shows.
func Read[C any](cfg *C, flags ...string) error {
	parser, err := kong.New(cfg, kong.Name("datapipeline"))
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	if _, err := parser.Parse(flags); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	return nil
}
