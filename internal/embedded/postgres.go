// Package embedded runs the servers a single machine needs inside, or beside,
// the process: PostgreSQL from the machine's own binaries and NATS with
// JetStream. Both keep their data in a folder and carry on with it at the next
// start; both are gone, and waited for, when their Stop returns.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"go.uber.org/zap"
)

// ErrInUse reports that another process runs a server on the same folder.
var ErrInUse = errors.New("folder is in use by another process")

// superuser is the role of every embedded cluster; its password is random.
const superuser = "postgres"

// startLimit bounds a start, crash recovery included.
const startLimit = 5 * time.Minute

// PostgresConfig says where a cluster lives and how it is run.
type PostgresConfig struct {
	// Dir holds the cluster: data/ (PostgreSQL's own folder), password (the
	// superuser's, readable by the server's user alone), port (the last one)
	// and postgres.log. Created when missing. Required.
	Dir string

	// Settings are PostgreSQL parameters that override the defaults and
	// postgresql.conf. The address, the port and the socket folder are set by
	// this package and cannot be changed.
	Settings map[string]string

	// Log receives what takes long or is unusual. Nil discards it.
	Log *zap.Logger
}

// Postgres is a running server. Its methods are safe for concurrent use.
type Postgres struct {
	cluster  *cluster
	password string
	port     int
	cmd      *exec.Cmd

	done chan struct{} // closed when the server process has been reaped
	exit error         // its exit error; read after done
	stop sync.Once
}

// StartPostgres starts a server on cfg.Dir and returns once it answers
// queries. It makes the cluster when there is none (UTF-8, LC_ALL=C, scram
// passwords) and otherwise carries on with its data, also after the server or
// this process was killed: a stale lock is recognised and removed.
//
// The server listens on 127.0.0.1 alone, on the port of its last start where
// that is free, so that a database keeps its address. A root process runs it as an unprivileged user (postgres, or
// else nobody), to whom Dir then belongs; the folders above Dir need not be
// open to that user on Linux. The server ends when this process ends, however
// that happens.
//
// ctx bounds the start only. Errors: ErrInUse when another process has the
// folder; ErrNoBinaries when no PostgreSQL was found or fetched; otherwise the
// end of the server's log is part of the error.
func StartPostgres(ctx context.Context, cfg PostgresConfig) (*Postgres, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	c, err := openCluster(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("embedded postgres in %s: %w", cfg.Dir, err)
	}
	p, err := c.start(ctx, cfg.Settings)
	if err != nil {
		c.close()
		return nil, fmt.Errorf("embedded postgres in %s: %w", cfg.Dir, err)
	}
	return p, nil
}

// DSN returns the connection string of one database, as the superuser. It
// holds the password.
func (p *Postgres) DSN(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, p.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Done is closed when the server has ended, by Stop or by itself.
func (p *Postgres) Done() <-chan struct{} { return p.done }

// Stop ends the server and waits until it is gone: running statements are
// aborted and the data is checkpointed (a fast shutdown). When ctx ends first,
// the server is ended without a checkpoint, which the next start repairs. It
// returns nil after a clean end, is idempotent, and fine after a crash.
func (p *Postgres) Stop(ctx context.Context) error {
	p.stop.Do(func() {
		p.signal(syscall.SIGINT)
		select {
		case <-p.done:
		case <-ctx.Done():
			p.kill()
		}
		p.cluster.close()
	})
	<-p.done
	if p.exit != nil {
		return fmt.Errorf("embedded postgres in %s: %w%s", p.cluster.dir, p.exit, p.cluster.logTail())
	}
	return nil
}

// kill ends the server at once: SIGQUIT lets the postmaster end its children.
func (p *Postgres) kill() {
	p.signal(syscall.SIGQUIT)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		p.signal(syscall.SIGKILL)
		<-p.done
	}
}

// signal ignores its error: it can only be that the process has ended, which
// every caller waits for anyway.
func (p *Postgres) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// arguments returns the server's command line.
func arguments(dataDir string, port int, settings map[string]string) []string {
	args := []string{"-D", dataDir}
	names := make([]string, 0, len(settings))
	for name := range settings {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		args = append(args, "-c", name+"="+settings[name])
	}
	return append(args, "-c", "listen_addresses=127.0.0.1", "-c", "port="+strconv.Itoa(port),
		"-c", "unix_socket_directories=", "-c", "logging_collector=off", "-c", "log_destination=stderr")
}

// freePort returns the wanted port if nobody listens on it, else one that the
// system chooses, as it does for 0. Another process may take it before the
// server does; the caller then tries another.
func freePort(ctx context.Context, wanted int) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(wanted)))
	if err != nil && wanted != 0 {
		return freePort(ctx, 0)
	}
	if err != nil {
		return 0, fmt.Errorf("free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
