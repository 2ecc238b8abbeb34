package testkit

import (
	"net/url"
	"testing"

	"github.com/nats-io/nats.go"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/internal/embedded"
	"github.com/citu/datapipeline/internal/kit/broker"
)

// Broker returns a broker on a NATS server of its own, in the process and on
// an empty temporary folder, with every stream, consumer and bucket made. Both
// end with the test.
func Broker(tb testing.TB) *broker.Broker {
	tb.Helper()
	server, err := embedded.StartNATS(tb.Context(), embedded.NATSConfig{Dir: tb.TempDir(), Log: warnings(tb)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(server.Stop)
	return connect(tb, broker.Config{Replicas: 1, MaxConcurrentTasks: 1}, server.Option())
}

// Server is a NATS server over TCP that a test can stop and start again.
type Server struct {
	tb      testing.TB
	dir     string
	listen  string
	current *embedded.NATS
}

// NATS starts a server on a free loopback port and an empty temporary folder.
// It ends with the test.
func NATS(tb testing.TB) *Server {
	tb.Helper()
	s := &Server{tb: tb, dir: tb.TempDir(), listen: "127.0.0.1:0"}
	s.Start()
	tb.Cleanup(s.Stop)
	return s
}

// URL is where the server listens, the same after every start.
func (s *Server) URL() string { return "nats://" + s.listen }

// Stop ends the server, as an outage for its clients. Its streams stay.
func (s *Server) Stop() {
	if s.current != nil {
		s.current.Stop()
		s.current = nil
	}
}

// Start brings a stopped server back, on the same port with the same streams.
func (s *Server) Start() {
	s.tb.Helper()
	server, err := embedded.StartNATS(s.tb.Context(), embedded.NATSConfig{Dir: s.dir, Listen: s.listen, Log: warnings(s.tb)})
	if err != nil {
		s.tb.Fatal(err)
	}
	at, err := url.Parse(server.URL())
	if err != nil {
		s.tb.Fatal(err)
	}
	s.current, s.listen = server, at.Host
}

// Broker connects to the server and makes all that a deployment has. The
// connection is closed when the test ends.
func (s *Server) Broker() *broker.Broker {
	s.tb.Helper()
	return connect(s.tb, broker.Config{URL: s.URL(), Replicas: 1, MaxConcurrentTasks: 1})
}

// warnings keeps a server's notices out of a failed test's output.
func warnings(tb testing.TB) *zap.Logger {
	tb.Helper()
	return Log(tb).WithOptions(zap.IncreaseLevel(zap.WarnLevel))
}

func connect(tb testing.TB, cfg broker.Config, options ...nats.Option) *broker.Broker {
	tb.Helper()
	b, err := broker.Connect(tb.Context(), cfg, "test", Log(tb), options...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(b.Close)
	if err := b.Provision(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return b
}
