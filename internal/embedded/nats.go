package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/zap"
)

// natsReadyLimit bounds a start, the recovery of a large store included.
const natsReadyLimit = 5 * time.Minute

// NATSConfig says where a NATS server keeps its streams and where it listens.
type NATSConfig struct {
	// Dir holds JetStream's files. Created when missing. Required.
	Dir string
	// Listen is a TCP address, "127.0.0.1:4222" or with port 0 for a free one.
	// Empty accepts connections from within the process alone.
	Listen string
	// MaxStore limits the streams in bytes; 0 is three quarters of the free disk.
	MaxStore int64
	// Log receives the server's warnings and errors. Nil discards them.
	Log *zap.Logger
}

// NATS is a NATS server with JetStream in this process. Its methods are safe
// for concurrent use.
type NATS struct {
	server *server.Server
	lock   *os.File
}

// StartNATS starts a server and returns once it accepts connections. Every
// acknowledged message is synced to disk first. A later start on the same
// folder carries on with its streams. ErrInUse when a server uses the folder.
// ctx bounds the start only.
func StartNATS(ctx context.Context, cfg NATSConfig) (*NATS, error) {
	n, err := startNATS(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("embedded nats in %s: %w", cfg.Dir, err)
	}
	return n, nil
}

func startNATS(ctx context.Context, cfg NATSConfig) (*NATS, error) {
	options, err := natsOptions(cfg)
	if err != nil {
		return nil, err
	}
	lock, err := lockDir(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	log := natsLog{log: zap.NewNop().Sugar(), fatal: make(chan error, 1)}
	if cfg.Log != nil {
		log.log = cfg.Log.Sugar()
	}
	s.SetLoggerV2(log, false, false, false)
	n := &NATS{server: s, lock: lock}
	s.Start()
	if err := n.awaitReady(ctx, log.fatal); err != nil {
		n.Stop()
		return nil, err
	}
	return n, nil
}

func natsOptions(cfg NATSConfig) (*server.Options, error) {
	o := &server.Options{
		ServerName:        "datapipeline",
		StoreDir:          cfg.Dir,
		JetStream:         true,
		JetStreamMaxStore: cfg.MaxStore,
		SyncAlways:        true,
		NoSigs:            true,
		NoSystemAccount:   true,
		DontListen:        cfg.Listen == "",
	}
	if cfg.Listen == "" {
		return o, nil
	}
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen address: %w", err)
	}
	if o.Port, err = strconv.Atoi(port); err != nil {
		return nil, fmt.Errorf("listen address: %w", err)
	}
	if o.Port == 0 {
		o.Port = server.RANDOM_PORT
	}
	o.Host = host
	return o, nil
}

func (n *NATS) awaitReady(ctx context.Context, fatal <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, natsReadyLimit)
	defer cancel()
	for !n.server.ReadyForConnections(50 * time.Millisecond) {
		select {
		case err := <-fatal:
			return err
		case <-ctx.Done():
			return fmt.Errorf("the server does not become ready: %w", ctx.Err())
		default:
		}
	}
	return nil
}

// Option makes a client connect within the process.
func (n *NATS) Option() nats.Option { return nats.InProcessServer(n.server) }

// URL is where the server listens; of no use when it does not.
func (n *NATS) URL() string { return n.server.ClientURL() }

// Stop shuts the server down and waits until it has ended. Clients see a lost
// connection. It is idempotent.
func (n *NATS) Stop() {
	n.server.Shutdown()
	n.server.WaitForShutdown()
	_ = n.lock.Close() // only locked
}

// lockDir creates a folder and locks it.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Clean(dir), 0o700); err != nil {
		return nil, err
	}
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := flock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// natsLog passes the server's own words on; its notices are of no interest to
// whoever runs it inside another program. What the server would exit for is
// delivered instead.
type natsLog struct {
	log   *zap.SugaredLogger
	fatal chan error
}

func (l natsLog) Noticef(format string, v ...any) { l.log.Debugf(format, v...) }
func (l natsLog) Warnf(format string, v ...any)   { l.log.Warnf(format, v...) }
func (l natsLog) Errorf(format string, v ...any)  { l.log.Errorf(format, v...) }
func (l natsLog) Debugf(format string, v ...any)  { l.log.Debugf(format, v...) }
func (l natsLog) Tracef(format string, v ...any)  { l.log.Debugf(format, v...) }

func (l natsLog) Fatalf(format string, v ...any) {
	select {
	case l.fatal <- fmt.Errorf(format, v...):
	default: // the first is the cause
	}
}
