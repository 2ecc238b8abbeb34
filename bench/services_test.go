package bench

import (
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/services/executor"
	"github.com/citu/datapipeline/services/filescan"
	"github.com/citu/datapipeline/services/gateway"
	"github.com/citu/datapipeline/services/recorder"
)

// services are all of them, configured as by default.
type services struct {
	broker   broker.Config
	gateway  *gateway.Service
	executor *executor.Service
	recorder *recorder.Recorder
	filescan *filescan.Service
}

func (s services) runners() []kit.Runner {
	return []kit.Runner{s.gateway, s.executor, s.recorder, s.filescan}
}

func newServices(b *testing.B, server *embedded.NATS, databases *embedded.Postgres, limit int) services {
	b.Helper()
	identity, recipient, err := seal.NewIdentity()
	if err != nil {
		b.Fatal(err)
	}
	s := services{broker: broker.Config{URL: server.URL(), Provision: true, Replicas: 1, MaxConcurrentTasks: limit}}
	files := bucket.Config{URL: b.TempDir()}
	tables := postgres.Config{URL: databases.DSN("datapipeline")}
	runtime := func() kit.Runtime {
		return kit.Runtime{Log: zap.NewNop(), Metrics: kit.Registry(), NATSOptions: []nats.Option{server.Option()}}
	}
	var faults [4]error
	s.gateway, faults[0] = gateway.New(gateway.Config{
		Config: s.broker, Postgres: tables, Bucket: files, HTTPAddr: "127.0.0.1:0", Language: "en", SealRecipient: recipient,
	}, runtime())
	s.executor, faults[1] = executor.New(executor.Config{
		Config: s.broker, Bucket: files, TaskTimeout: time.Hour, ScratchDir: b.TempDir(),
		SealIdentities: []string{identity}, VectorDatabaseURL: databases.DSN("vectors"),
	}, runtime())
	s.recorder, faults[2] = recorder.New(recorder.Config{
		Config: s.broker, Postgres: tables, TaskTimeout: time.Hour, LogRetentionDays: 30, FileRetentionDays: 30, MonitorInterval: time.Hour,
	}, runtime())
	s.filescan, faults[3] = filescan.New(filescan.Config{Config: s.broker, Bucket: files}, runtime())
	if err := errors.Join(faults[:]...); err != nil {
		b.Fatal(err)
	}
	return s
}
