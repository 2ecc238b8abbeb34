// Package stack runs everything in one process: NATS embedded, PostgreSQL from
// the machine's binaries, and the same services that run on a cluster.
package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/internal/embedded"
)

// stopLimit is how long the embedded servers have to end by themselves.
const stopLimit = 30 * time.Second

// Needs says what a foundation has to bring. What is given is used as it is;
// what is empty is started.
type Needs struct {
	// DataDir holds everything that the started servers keep, and the keys.
	DataDir string
	// NATSURL is a broker to use; empty starts one.
	NATSURL string
	// NATSDir is where a started broker keeps its streams; empty is "nats" in
	// DataDir. One that is given is removed at the end.
	NATSDir string
	// NATSListen is where a started broker listens for others, such as
	// "127.0.0.1:4222"; empty is nowhere.
	NATSListen string
	// Databases that a started PostgreSQL must have; none starts no PostgreSQL.
	Databases []string
	Log       *zap.Logger
}

// Foundation is what the services stand on.
type Foundation struct {
	NATSURL     string
	NATSOptions []nats.Option
	// VectorExtension says whether a started PostgreSQL has it.
	VectorExtension bool

	private  string // folder of a broker that nobody comes back to
	nats     *embedded.NATS
	postgres *embedded.Postgres
}

// Lay starts what is needed. The caller closes the foundation; after an error
// there is nothing to close.
func Lay(ctx context.Context, needs Needs) (*Foundation, error) {
	if err := os.MkdirAll(needs.DataDir, 0o755); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	f := &Foundation{NATSURL: needs.NATSURL}
	if err := errors.Join(f.layNATS(ctx, needs), f.layPostgres(ctx, needs)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *Foundation) layNATS(ctx context.Context, needs Needs) error {
	if needs.NATSURL != "" {
		return nil
	}
	dir := needs.NATSDir
	if f.private = dir; dir == "" {
		dir = filepath.Join(needs.DataDir, "nats")
	}
	server, err := embedded.StartNATS(ctx, embedded.NATSConfig{Dir: dir, Listen: needs.NATSListen, Log: needs.Log})
	if err != nil {
		return err
	}
	f.nats, f.NATSURL, f.NATSOptions = server, server.URL(), []nats.Option{server.Option()}
	return nil
}

func (f *Foundation) layPostgres(ctx context.Context, needs Needs) error {
	if len(needs.Databases) == 0 {
		return nil
	}
	server, err := embedded.StartPostgres(ctx, embedded.PostgresConfig{Dir: filepath.Join(needs.DataDir, "postgres"), Log: needs.Log})
	if err != nil {
		return err
	}
	f.postgres = server
	for _, name := range needs.Databases {
		if err := server.CreateDatabase(ctx, name); err != nil {
			return err
		}
	}
	f.VectorExtension, err = server.HasExtension(ctx, "vector")
	return err
}

// DSN is the connection string of a database of the started PostgreSQL.
func (f *Foundation) DSN(database string) string { return f.postgres.DSN(database) }

// Private says whether the broker was started for this process alone, with
// nothing in it.
func (f *Foundation) Private() bool { return f.private != "" }

// Close ends what was started, and waits for it.
func (f *Foundation) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	var faults []error
	if f.nats != nil {
		f.nats.Stop()
	}
	if f.private != "" {
		faults = append(faults, os.RemoveAll(f.private))
	}
	if f.postgres != nil {
		faults = append(faults, f.postgres.Stop(ctx))
	}
	return errors.Join(faults...)
}
