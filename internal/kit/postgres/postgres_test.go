package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/citu/datapipeline/internal/kit/postgres"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestOpen(t *testing.T) {
	core, logged := observer.New(zapcore.DebugLevel)
	url := testkit.Postgres(t)
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, MaxConns: 3}, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := postgres.Ready(pool)(t.Context()); err != nil {
		t.Error(err)
	}
	if pool.Config().MaxConns != 3 {
		t.Errorf("%d connections at most", pool.Config().MaxConns)
	}
	var name string
	if err := pool.QueryRow(t.Context(), "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()").Scan(&name); err != nil || name != "datapipeline" {
		t.Errorf("application_name %q, %v", name, err)
	}
	for _, entry := range logged.All() {
		for _, field := range entry.Context {
			if strings.Contains(field.String, pool.Config().ConnConfig.Password) {
				t.Errorf("the password is logged: %s", field.String)
			}
		}
	}
}

func TestOpenWhileTheDatabaseIsAway(t *testing.T) {
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: "postgres://u:p@127.0.0.1:1/d"}, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := postgres.Ready(pool)(t.Context()); err == nil {
		t.Error("ready without a database")
	}
}

func TestFaultyConfigIsRefusedWithoutRepeatingIt(t *testing.T) {
	for _, url := range []string{"", "postgres://u:secret@h:port/d", "host='secret"} {
		_, err := postgres.Open(t.Context(), postgres.Config{URL: url}, testkit.Log(t))
		if !errors.Is(err, postgres.ErrConfig) {
			t.Errorf("%q: %v, want ErrConfig", url, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the refusal repeats the password: %v", err)
		}
	}
	err := postgres.Config{URL: "x", MaxConns: -1}.Validate()
	if !errors.Is(err, postgres.ErrConfig) || !strings.Contains(err.Error(), "max-conns") {
		t.Errorf("not every fault is named: %v", err)
	}
}
