package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/cmd/datapipeline/internal/sample"
	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/executor"
	"github.com/citu/datapipeline/services/filescan"
	"github.com/citu/datapipeline/services/gateway"
	"github.com/citu/datapipeline/services/recorder"
)

// The databases of a started PostgreSQL.
const (
	databasePipeline = "datapipeline"
	databaseVectors  = "vectors"
)

// Config says how the services are run in one process. Everything else they
// take from the environment, as they do alone.
type Config struct {
	DataDir    string
	HTTPAddr   string
	NATSListen string // see Needs
	Sample     bool   // a database for the sample business data
	Language   events.Language
}

// Stack is all services over one foundation.
type Stack struct {
	cfg      Config
	env      given
	settings settings
	base     *Foundation
	log      *zap.Logger
	gateway  *gateway.Service
	services []kit.Runner
}

// New starts the foundation and makes the services. The caller calls Run, once,
// and then Close. After an error there is nothing to close.
func New(ctx context.Context, cfg Config, log *zap.Logger) (*Stack, error) {
	env := environment()
	if err := os.MkdirAll(cfg.DataDir, 0o755); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	base, err := Lay(ctx, env.needs(cfg, log))
	if err != nil {
		return nil, err
	}
	s := &Stack{cfg: cfg, env: env, base: base, log: log}
	if err := s.make(); err != nil {
		return nil, errors.Join(err, base.Close())
	}
	return s, nil
}

// make gives every service its settings.
func (s *Stack) make() error {
	recipient, err := keys(filepath.Join(s.cfg.DataDir, "identity"))
	if err != nil {
		return err
	}
	if s.settings, err = read(s.cfg, s.base, s.env.on(s.base), recipient); err != nil {
		return err
	}
	registry := kit.Registry()
	g, gatewayErr := gateway.New(s.settings.gateway, s.runtime("gateway", registry))
	e, executorErr := executor.New(s.settings.executor, s.runtime("executor", registry))
	r, recorderErr := recorder.New(s.settings.recorder, s.runtime("recorder", registry))
	f, filescanErr := filescan.New(s.settings.filescan, s.runtime("filescan", registry))
	s.gateway, s.services = g, []kit.Runner{g, e, r, f}
	return errors.Join(gatewayErr, executorErr, recorderErr, filescanErr)
}

// reachLimit bounds the wait for a broker that the environment names.
const reachLimit = 20 * time.Second

// Run runs the services until ctx ends or one of them fails, and waits for all.
// An error that wraps broker.ErrUnavailable says that NATS was not reached
// within twenty seconds.
func (s *Stack) Run(ctx context.Context) error {
	if err := s.provision(ctx); err != nil {
		return err
	}
	return kit.RunAll(ctx, s.services...)
}

func (s *Stack) provision(ctx context.Context) error {
	b, err := s.Broker(ctx)
	if err != nil {
		return err
	}
	defer b.Close()
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	if err := b.Prepare(ctx); err != nil {
		return fmt.Errorf("provision: %w", err)
	}
	return nil
}

// Bound delivers once the address where the gateway listens.
func (s *Stack) Bound() <-chan string { return s.gateway.Bound() }

// Close ends the foundation, and waits for it.
func (s *Stack) Close() error { return s.base.Close() }

// Broker connects to the stack's broker. The caller closes it.
func (s *Stack) Broker(ctx context.Context) (*broker.Broker, error) {
	cfg := s.settings.gateway.Config
	cfg.Provision = true
	return broker.Connect(ctx, cfg, "cli", s.log, s.base.NATSOptions...)
}

// SampleDSN is the connection string of the sample's database; empty without
// one. Executors know it by the name sample.Database.
func (s *Stack) SampleDSN() string { return s.settings.executor.Connections[sample.Database] }
