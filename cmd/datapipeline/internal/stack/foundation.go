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
	// DataDir holds everything that the started servers keep. It is made where
	// something goes there.
	DataDir string
	// NATSURL is a broker to use; empty starts one.
	NATSURL string
	// Private starts a broker with nothing in it, which is forgotten at the end.
	Private bool
	// NATSListen is where a started broker listens for others, such as
	// "127.0.0.1:4222"; empty is nowhere.
	NATSListen string
	// Databases that a started PostgreSQL must have; none starts no PostgreSQL.
	Databases []string
	// Log receives what the servers say; never nil.
	Log *zap.Logger
}

// Foundation is what the services stand on.
type Foundation struct {
	NATSURL     string
	NATSOptions []nats.Option

	private  string // folder of a broker that nobody comes back to
	nats     *embedded.NATS
	postgres *embedded.Postgres
}

// Lay starts what is needed. The caller closes the foundation; after an error
// there is nothing to close. Errors are those of package embedded.
func Lay(ctx context.Context, needs Needs) (*Foundation, error) {
	f := &Foundation{NATSURL: needs.NATSURL}
	err := f.layNATS(ctx, needs)
	if err == nil {
		err = f.layPostgres(ctx, needs)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *Foundation) layNATS(ctx context.Context, needs Needs) (err error) {
	if needs.NATSURL != "" && !needs.Private {
		return nil
	}
	dir := filepath.Join(needs.DataDir, "nats")
	if needs.Private {
		if f.private, err = os.MkdirTemp("", "datapipeline-run-"); err != nil {
			return fmt.Errorf("folder of the broker: %w", err)
		}
		dir = f.private
	}
	f.nats, err = embedded.StartNATS(ctx, embedded.NATSConfig{Dir: dir, Listen: needs.NATSListen, Log: needs.Log})
	if err != nil {
		return err
	}
	f.NATSURL, f.NATSOptions = f.nats.URL(), []nats.Option{f.nats.Option()}
	return nil
}

func (f *Foundation) layPostgres(ctx context.Context, needs Needs) (err error) {
	if len(needs.Databases) == 0 {
		return nil
	}
	f.postgres, err = embedded.StartPostgres(ctx, embedded.PostgresConfig{Dir: filepath.Join(needs.DataDir, "postgres"), Log: needs.Log})
	if err != nil {
		return err
	}
	for _, name := range needs.Databases {
		if err := f.postgres.CreateDatabase(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// DSN is the connection string of a database of the started PostgreSQL. It
// holds the password.
func (f *Foundation) DSN(database string) string { return f.postgres.DSN(database) }

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
