// Package monitor tells operators how the pipeline is: its streams and
// consumers, how far the recorder is, what the deployment promises, and how
// much room is left.
package monitor

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

// limit bounds a look at everything.
const limit = 5 * time.Second

// The ways in which JetStream writes to disk. It does not tell which one is
// configured.
const (
	SyncAlways   = "always"   // before it acknowledges
	SyncInterval = "interval" // every now and then
)

// Monitor looks. It is safe for concurrent use.
type Monitor struct {
	Broker *broker.Broker
	Reader *read.Reader
	// Sync is how the deployment's JetStream writes: SyncAlways or SyncInterval.
	Sync string
	// Folder is where files are, empty when they are not in a folder.
	Folder string
	Log    *zap.Logger
}

// Status is how the pipeline is. What cannot be asked now is absent.
type Status struct {
	Broker     Broker     `json:"broker"`
	Streams    []Stream   `json:"streams"`
	Consumers  []Consumer `json:"consumers"`
	Recorder   Recorder   `json:"recorder"`
	Durability Durability `json:"durability"`
	// Files is the room where files are, null when they are not in a folder.
	Files *Room `json:"files"`
}

// Broker is the connection to NATS.
type Broker struct {
	Connected     bool   `json:"connected"`
	ServerName    string `json:"server_name"`
	ServerVersion string `json:"server_version"`
	Cluster       string `json:"cluster"`
	Reconnects    uint64 `json:"reconnects"`
	// Storage is JetStream's room on disk, null when it does not tell.
	Storage *Storage `json:"storage"`
}

// Storage is what JetStream has written, and may write; -1 is no limit.
type Storage struct {
	UsedBytes  uint64 `json:"used_bytes"`
	LimitBytes int64  `json:"limit_bytes"`
}

// Stream is a stream of the pipeline.
type Stream struct {
	Name          string    `json:"name"`
	Messages      uint64    `json:"messages"`
	Bytes         uint64    `json:"bytes"`
	FirstSequence uint64    `json:"first_sequence"`
	LastSequence  uint64    `json:"last_sequence"`
	CreatedAt     time.Time `json:"created_at"` // to the microsecond, as the recorder keeps it
	Replicas      int       `json:"replicas"`
}

// Consumer is a durable consumer of PIPELINE.
type Consumer struct {
	Name string `json:"name"`
	// Pending are messages that were not handed out yet, AckPending those that
	// are being worked on.
	Pending       uint64 `json:"pending"`
	AckPending    int    `json:"ack_pending"`
	MaxAckPending int    `json:"max_ack_pending"`
	Redelivered   int    `json:"redelivered"`
	Waiting       int    `json:"waiting"` // requests for work that wait
}

// Recorder is how far the tables are.
type Recorder struct {
	Available bool       `json:"available"` // the database answers
	Positions []Position `json:"positions"`
}

// Position is how far a stream is recorded.
type Position struct {
	read.Recorded
	// Lag is null while NATS was not reached yet.
	Lag *read.Lag `json:"lag"`
}

// Durability is what the deployment promises of acknowledged events.
type Durability struct {
	Replicas *int   `json:"replicas"` // the fewest of any stream; null while not known of all
	Sync     string `json:"sync"`
	// Survives lists "process_kill", "power_loss" and "node_loss"; null while
	// Replicas is.
	Survives []string `json:"survives"`
}

// Status looks at everything, for at most a few seconds.
func (m *Monitor) Status(ctx context.Context) Status {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	s := Status{Broker: m.broker(ctx), Streams: []Stream{}, Consumers: []Consumer{}, Recorder: m.recorder(ctx), Files: m.room()}
	if s.Broker.Connected {
		s.Streams, s.Consumers = m.streams(ctx), m.consumers(ctx)
	}
	s.Durability = promise(s.Streams, m.Sync)
	return s
}

func (m *Monitor) broker(ctx context.Context) Broker {
	nc := m.Broker.Conn()
	b := Broker{
		Connected: nc.Status() == nats.CONNECTED, ServerName: nc.ConnectedServerName(),
		ServerVersion: nc.ConnectedServerVersion(), Cluster: nc.ConnectedClusterName(), Reconnects: nc.Stats().Reconnects,
	}
	if !b.Connected {
		return b
	}
	account, err := m.Broker.JS().AccountInfo(ctx)
	if err != nil {
		m.absent("the account", err)
		return b
	}
	b.Storage = &Storage{UsedBytes: account.Store, LimitBytes: account.Limits.MaxStore}
	return b
}

// streams are those of the pipeline.
var streams = []string{events.StreamPipeline, events.StreamLogs, events.StreamDeadLetters}

func (m *Monitor) streams(ctx context.Context) []Stream {
	list := []Stream{}
	for _, name := range streams {
		s, err := m.Broker.State(ctx, name)
		if err != nil {
			m.absent("stream "+name, err)
			continue
		}
		list = append(list, Stream{
			Name: name, Messages: s.Messages, Bytes: s.Bytes, FirstSequence: s.First, LastSequence: s.Last,
			CreatedAt: s.Created.Truncate(time.Microsecond), Replicas: s.Replicas,
		})
	}
	return list
}

func (m *Monitor) consumers(ctx context.Context) []Consumer {
	list := []Consumer{}
	for _, want := range events.Consumers(events.Topology{}) {
		c, err := m.Broker.JS().Consumer(ctx, events.StreamPipeline, want.Durable)
		if err != nil {
			m.absent("consumer "+want.Durable, err)
			continue
		}
		list = append(list, consumer(c.CachedInfo()))
	}
	return list
}

func consumer(i *jetstream.ConsumerInfo) Consumer {
	return Consumer{
		Name: i.Name, Pending: i.NumPending, AckPending: i.NumAckPending, MaxAckPending: i.Config.MaxAckPending,
		Redelivered: i.NumRedelivered, Waiting: i.NumWaiting,
	}
}

func (m *Monitor) recorder(ctx context.Context) Recorder {
	r := Recorder{Positions: []Position{}}
	all, err := m.Reader.Positions(ctx)
	if err != nil {
		m.absent("the read store", err)
		return r
	}
	r.Available = true
	for _, stream := range []string{events.StreamPipeline, events.StreamLogs} {
		p, ok := all[stream]
		if !ok {
			p.Stream = stream
		}
		r.Positions = append(r.Positions, Position{Recorded: p, Lag: m.Reader.Lag(p)})
	}
	return r
}

func (m *Monitor) absent(what string, err error) {
	m.Log.Warn("status lacks "+what, zap.Error(err))
}

// promise is what the streams, written so, survive; nothing is promised while
// one of them cannot be asked.
func promise(known []Stream, sync string) Durability {
	d := Durability{Sync: sync}
	if len(known) < len(streams) {
		return d
	}
	fewest := slices.MinFunc(known, func(a, b Stream) int { return cmp.Compare(a.Replicas, b.Replicas) }).Replicas
	d.Replicas, d.Survives = &fewest, []string{"process_kill"}
	if sync == SyncAlways {
		d.Survives = append(d.Survives, "power_loss")
		if fewest >= 3 {
			d.Survives = append(d.Survives, "node_loss")
		}
	}
	return d
}
