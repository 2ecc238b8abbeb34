package embedded

import (
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func startNATSIn(t *testing.T, cfg NATSConfig) *NATS {
	t.Helper()
	n, err := StartNATS(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Stop)
	return n
}

func jetStream(t *testing.T, url string, options ...nats.Option) jetstream.JetStream {
	t.Helper()
	closed := make(chan struct{})
	nc, err := nats.Connect(url, append(options, nats.ClosedHandler(func(*nats.Conn) { close(closed) }))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		nc.Close()
		<-closed
	})
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

func TestNATSCarriesOnWithItsStreams(t *testing.T) {
	dir := t.TempDir()
	n := startNATSIn(t, NATSConfig{Dir: dir})
	js := jetStream(t, "", n.Option())
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "s", []byte("kept")); err != nil {
		t.Fatal(err)
	}
	n.Stop()
	n.Stop() // again
	again := startNATSIn(t, NATSConfig{Dir: dir, Listen: "127.0.0.1:0"})
	s, err := jetStream(t, again.URL()).Stream(t.Context(), "S")
	if err != nil {
		t.Fatal(err)
	}
	if msg, err := s.GetMsg(t.Context(), 1); err != nil || string(msg.Data) != "kept" {
		t.Errorf("%+v, %v", msg, err)
	}
}

func TestNATSIsForOneServer(t *testing.T) {
	dir := t.TempDir()
	n := startNATSIn(t, NATSConfig{Dir: dir})
	if _, err := StartNATS(t.Context(), NATSConfig{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second start: %v, want ErrInUse", err)
	}
	n.Stop()
	startNATSIn(t, NATSConfig{Dir: dir})
}

func TestNATSRefusesABadAddress(t *testing.T) {
	for _, listen := range []string{"nowhere", "127.0.0.1:port"} {
		if _, err := StartNATS(t.Context(), NATSConfig{Dir: t.TempDir(), Listen: listen}); err == nil || !strings.Contains(err.Error(), "listen address") {
			t.Errorf("%q: %v", listen, err)
		}
	}
}

func TestNATSSaysThatItsPortIsTaken(t *testing.T) {
	first := startNATSIn(t, NATSConfig{Dir: t.TempDir(), Listen: "127.0.0.1:0"})
	taken := strings.TrimPrefix(first.URL(), "nats://")
	if _, err := StartNATS(t.Context(), NATSConfig{Dir: t.TempDir(), Listen: taken}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("got %v", err)
	}
}
