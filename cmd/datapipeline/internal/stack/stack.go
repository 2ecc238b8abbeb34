package stack

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

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
	services []kit.Runner
}

// New starts the foundation and makes the services. The caller calls Run, once,
// and then Close. After an error there is nothing to close.
func New(ctx context.Context, cfg Config, log *zap.Logger) (*Stack, error) {
	env := environment()
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
	var faults []error
	add := func(name string, service kit.Runner, err error) {
		s.services, faults = append(s.services, kit.Named(name, service.Run)), append(faults, err)
	}
	g, err := gateway.New(s.settings.gateway, s.runtime("gateway", registry))
	add("gateway", g, err)
	e, err := executor.New(s.settings.executor, s.runtime("executor", registry))
	add("executor", e, err)
	r, err := recorder.New(s.settings.recorder, s.runtime("recorder", registry))
	add("recorder", r, err)
	f, err := filescan.New(s.settings.filescan, s.runtime("filescan", registry))
	add("filescan", f, err)
	return errors.Join(faults...)
}

// Run runs the services until ctx ends or one of them fails, and waits for all.
func (s *Stack) Run(ctx context.Context) error {
	b, err := s.Broker(ctx)
	if err != nil {
		return err
	}
	err = b.Provision(ctx)
	b.Close()
	if err != nil {
		return fmt.Errorf("provision: %w", err)
	}
	return kit.RunAll(ctx, s.services...)
}

// Close ends the foundation, and waits for it.
func (s *Stack) Close() error { return s.base.Close() }

// Broker connects to the stack's broker. The caller closes it.
func (s *Stack) Broker(ctx context.Context) (*broker.Broker, error) {
	return broker.Connect(ctx, s.settings.gateway.Config, "cli", s.log, s.base.NATSOptions...)
}

// SampleDSN is the connection string of the sample's database; empty without
// one. Executors know it by the name sample.Database.
func (s *Stack) SampleDSN() string { return s.settings.executor.Connections[sample.Database] }
