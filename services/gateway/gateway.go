// Package gateway is the service that people and programs talk to: it takes
// tasks and publishes them, and answers what is asked about them. It runs no
// step, writes no table and never connects to a business database.
package gateway

import (
	"cmp"
	"context"
	"fmt"
	"net"

	"go.uber.org/zap"
	"gocloud.dev/blob"

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/admin"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/services/gateway/internal/catalogue"
	"github.com/citu/datapipeline/services/gateway/internal/command"
	"github.com/citu/datapipeline/services/gateway/internal/httpapi"
	"github.com/citu/datapipeline/services/gateway/internal/live"
	"github.com/citu/datapipeline/services/gateway/internal/monitor"
	"github.com/citu/datapipeline/services/gateway/internal/outputdir"
	"github.com/citu/datapipeline/services/gateway/internal/outputs"
	"github.com/citu/datapipeline/services/gateway/internal/pairlist"
	"github.com/citu/datapipeline/services/gateway/internal/read"
	"github.com/citu/datapipeline/services/gateway/internal/tablelist"
)

// Service is the gateway.
type Service struct {
	cfg   Config
	rt    kit.Runtime
	log   *zap.Logger
	bound chan string
}

// New makes the service. It opens nothing yet; an error is a fault of the
// configuration.
func New(cfg Config, rt kit.Runtime) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("gateway: %w", err)
	}
	return &Service{cfg: cfg, rt: rt, log: rt.Log.Named("gateway"), bound: make(chan string, 1)}, nil
}

// Bound delivers the address of the API once Run listens: with port 0 the
// system chose it.
func (s *Service) Bound() <-chan string { return s.bound }

// Run serves until ctx ends, then finishes the calls in hand, ends the streams
// and returns nil. It listens at once, also while NATS or Postgres is away. It
// fails when the address cannot be had, or when the streams that it finds are
// not those of package events. Call it once.
func (s *Service) Run(ctx context.Context) error {
	b, err := broker.Connect(ctx, s.cfg.Config, "gateway", s.log, s.rt.NATSOptions...)
	if err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	defer b.Close()
	s.rt.Metrics.MustRegister(b.Collectors()...)
	files, err := bucket.Open(ctx, s.cfg.Bucket.URL)
	if err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	defer files.Close() //nolint:errcheck // nothing is written through it
	db, err := postgres.Open(ctx, s.cfg.Postgres, s.log)
	if err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	defer db.Close()
	hub := live.New(b, live.Config{MaxFollowers: s.cfg.MaxSSEClients}, s.log)
	api, err := s.api(b, files, read.New(db, b, hub, s.log), hub)
	if err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	return s.serve(ctx, api, b, hub)
}

// api puts the API together.
func (s *Service) api(b *broker.Broker, files *blob.Bucket, reader *read.Reader, hub *live.Hub) (*httpapi.API, error) {
	language, languageErr := s.cfg.language()
	location, locationErr := s.cfg.location()
	sealer, sealerErr := s.cfg.sealer()
	if err := cmp.Or(languageErr, locationErr, sealerErr); err != nil {
		return nil, err
	}
	root := outputdir.New(s.cfg.Bucket.URL)
	folder, _ := bucket.Folder(s.cfg.Bucket.URL)
	stored := outputs.New(files)
	book := pairlist.New(reader, stored)
	return httpapi.New(httpapi.Options{
		Log: s.log, Metrics: s.rt.Metrics, Language: language,
		Health: admin.Handler(admin.Checks{"nats": b.Ready, "schema": reader.Current}, s.rt.Metrics),
		Writes: httpapi.Writes{
			Commands: command.New(command.Options{Broker: b, Tasks: reader, Pairs: book, Checker: catalogue.New(b),
				Output: root, Location: location}),
			TableLists: tablelist.NewStore(b), Catalogue: catalogue.New(b), Output: root, Sealer: sealer,
		},
		Reads: httpapi.Reads{
			Reader: reader, Hub: hub, Files: stored, Pairs: book,
			Monitor:   &monitor.Monitor{Broker: b, Reader: reader, Sync: cmp.Or(s.cfg.JetStreamSync, monitor.SyncAlways), Folder: folder, Log: s.log},
			Downloads: s.cfg.EnableFileDownload, MaxDownload: int64(s.cfg.MaxDownloadFileSize),
		},
	}), nil
}

// serve listens, and runs all that the API lives on beside it.
func (s *Service) serve(ctx context.Context, api *httpapi.API, b *broker.Broker, hub *live.Hub) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.HTTPAddr)
	if err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	s.log.Info("listening", zap.String("address", l.Addr().String()))
	s.bound <- l.Addr().String()
	return kit.RunAll(ctx,
		kit.Named("gateway: API", func(ctx context.Context) error { return api.Serve(ctx, l) }),
		kit.Named("gateway: live events", hub.Run),
		kit.Named("gateway: streams", func(ctx context.Context) error { return prepare(ctx, b) }),
	)
}

// prepare makes sure of the streams, and then waits for the end.
func prepare(ctx context.Context, b *broker.Broker) error {
	if err := b.Prepare(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	<-ctx.Done()
	return nil
}
