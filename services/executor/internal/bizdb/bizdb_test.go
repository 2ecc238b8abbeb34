package bizdb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const password = "correct-horse-battery"

// login makes a user with a password and returns the connection string of a
// database as that user, with more parameters if any.
func login(t *testing.T, dsn, more string) (string, *pgx.ConnConfig) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	user := strings.ToLower("u_" + strings.NewReplacer("/", "_", "#", "_").Replace(t.Name()))
	for _, sql := range []string{
		fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", user, password),
		"CREATE TABLE private (id int)",
		"CREATE SEQUENCE counter",
		"GRANT ALL ON SEQUENCE counter TO PUBLIC",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		ctx := context.Background()
		_, err := conn.Exec(ctx, "DROP OWNED BY "+user+"; DROP ROLE "+user)
		if err = errors.Join(err, conn.Close(ctx)); err != nil {
			t.Error(err)
		}
	})
	c := conn.Config()
	return fmt.Sprintf("postgres://%s:%s@%s:%d/%s?%s", user, password, c.Host, c.Port, c.Database, more), c
}

func TestOpenedSessionsOnlyReadAndAreBounded(t *testing.T) {
	dsn, _ := login(t, testkit.Postgres(t), "")
	pool, err := Open(t.Context(), dsn, events.English, Options{StatementTimeout: 12 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for name, want := range map[string]string{
		"application_name":                    "datapipeline",
		"default_transaction_read_only":       "on",
		"statement_timeout":                   "12s",
		"lock_timeout":                        "2s",
		"idle_in_transaction_session_timeout": "1min",
	} {
		var got string
		if err := pool.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", name, got, err, want)
		}
	}
	_, err = pool.Exec(t.Context(), "SELECT nextval('counter')")
	checkType(t, Translate(err, events.English), "db_read_only")
	_, err = pool.Exec(t.Context(), "SELECT * FROM private")
	checkType(t, Translate(err, events.English), "db_permission_denied")
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	dsn, c := login(t, testkit.Postgres(t), "connect_timeout=5")
	replace := func(old, by string) string { return strings.Replace(dsn, old, by, 1) }
	at := fmt.Sprintf("%s:%d", c.Host, c.Port)
	closed := listen(t, func(net.Conn) {})
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	mute := listen(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); <-t.Context().Done() })
	for _, test := range []struct {
		name, dsn string
		options   Options
		want      string
	}{
		{"nonsense", "mysql://root:" + password + "@db", Options{}, "db_connection_invalid"},
		{"a password with a slash", "postgres://u:" + password + "/x@db:5432/d", Options{}, "db_connection_invalid"},
		{"a host that is not allowed", dsn, Options{AllowedHosts: []string{"db.example.com"}}, "db_host_not_allowed"},
		{"an unknown host", replace(at, "no-such-host.invalid:5432"), Options{}, "db_host_unknown"},
		{"nobody listens", replace(at, closed.Addr().String()), Options{}, "db_connection_refused"},
		{"nobody answers", replace(at, mute.Addr().String()), Options{ConnectTimeout: 100 * time.Millisecond}, "db_unreachable"},
		{"a wrong password", replace(password, "wrong-"+password), Options{}, "db_auth_failed"},
		{"an unknown user", replace("u_testwhatiswrongissaid:", "nobody:"), Options{}, "db_auth_failed"},
		{"an unknown database", replace("/"+c.Database, "/nowhere"), Options{}, "db_unknown_database"},
		{"no TLS", dsn + "&sslmode=require", Options{}, "db_tls"},
		{"an old server", replace(at, oldServer(t)) + "&sslmode=disable", Options{}, "db_server_too_old"},
		{"a pooler", replace(at, pooler(t)) + "&sslmode=disable", Options{}, "db_pooler_unsupported"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, lang := range []events.Language{events.Chinese, events.English} {
				pool, err := Open(t.Context(), test.dsn, lang, test.options)
				if err == nil {
					pool.Close()
				}
				checkType(t, err, test.want)
				if text := fmt.Sprintf("%v %+v", err, err); strings.Contains(text, password) {
					t.Errorf("the error holds the password: %s", text)
				}
			}
		})
	}
}

func TestErrorsOfStatements(t *testing.T) {
	dsn, _ := login(t, testkit.Postgres(t), "")
	pool, err := Open(t.Context(), dsn, events.English, Options{StatementTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for sql, want := range map[string]string{
		"SELECT pg_sleep(60)": "db_timeout",
		"SELECT nothing":      "db_error",
		"SELECT pg_terminate_backend(pg_backend_pid())": "db_connection_lost",
	} {
		_, err := pool.Exec(t.Context(), sql)
		checkType(t, Translate(err, events.Chinese), want)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(cancelled, dsn, events.English, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled Open says %v", err)
	}
	var known *steps.Error
	if err := errors.New("a fault of ours"); errors.As(Translate(err, events.English), &known) {
		t.Error("what is no failure of the database was translated")
	}
}

func TestAllowedHosts(t *testing.T) {
	for _, test := range []struct {
		entry, host string
		port        uint16
		want        bool
	}{
		{"db.example.com", "DB.example.com.", 5432, true},
		{"db.example.com", "db.example.org", 5432, false},
		{"db.example.com:5433", "db.example.com", 5433, true},
		{"db.example.com:5433", "db.example.com", 5432, false},
		{"*.example.com", "a.b.example.com", 5432, true},
		{"*.example.com", "example.com", 5432, false},
		{"*.example.com", "badexample.com", 5432, false},
		{"10.0.0.0/8", "10.1.2.3", 5432, true},
		{"10.0.0.0/8", "::ffff:10.1.2.3", 5432, true},
		{"10.0.0.0/8", "11.1.2.3", 5432, false},
		{"10.1.2.3", "10.1.2.3", 5432, true},
		{"[::1]:5432", "::1", 5432, true},
		{"/run/postgresql", "/run/postgresql", 5432, true},
		{"/run/postgresql", "/tmp", 5432, false},
	} {
		if got := allows([]string{test.entry}, test.host, test.port); got != test.want {
			t.Errorf("%s allows %s:%d: %v", test.entry, test.host, test.port, got)
		}
	}
}

func TestNamesAreJudgedByTheirAddresses(t *testing.T) {
	config, err := pgx.ParseConfig("host=db user=u")
	if err != nil {
		t.Fatal(err)
	}
	config.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"10.0.0.1", "192.168.0.1"}, nil }
	if err := restrict(config, []string{"10.0.0.0/8"}); err != nil {
		t.Fatal(err)
	}
	if got, err := config.LookupFunc(t.Context(), "db"); err != nil || len(got) != 1 || got[0] != "10.0.0.1" {
		t.Errorf("addresses %v, %v", got, err)
	}
	if err := restrict(config, []string{"172.16.0.0/12"}); err != nil {
		t.Fatal(err)
	}
	if _, err := config.LookupFunc(t.Context(), "db"); err == nil {
		t.Error("a name outside the range was resolved")
	}
	config.Host = "127.0.0.1"
	if err := restrict(config, []string{"172.16.0.0/12"}); err == nil {
		t.Error("an address outside the range was allowed")
	}
}

func checkType(t *testing.T, err error, want string) {
	t.Helper()
	var e *steps.Error
	if !errors.As(err, &e) {
		t.Fatalf("want %s, got %v", want, err)
	}
	if e.Type != want || e.Message == "" {
		t.Errorf("want %s, got %s: %s (%v)", want, e.Type, e.Message, e.Err)
	}
}

// listen serves connections one by one until the test ends.
func listen(t *testing.T, serve func(net.Conn)) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c)
			_ = c.Close() // the other side may have gone first
		}
	}()
	t.Cleanup(func() {
		_ = l.Close() // a test may have closed it
		<-done
	})
	return l
}

// answers is a server that says these messages to whoever connects.
func answers(t *testing.T, messages ...pgproto3.BackendMessage) string {
	return listen(t, func(c net.Conn) {
		server := pgproto3.NewBackend(c, c)
		if _, err := server.ReceiveStartupMessage(); err != nil {
			return
		}
		for _, m := range messages {
			server.Send(m)
		}
		_ = server.Flush()
		_, _ = server.Receive()
	}).Addr().String()
}

func oldServer(t *testing.T) string {
	return answers(t, &pgproto3.AuthenticationOk{},
		&pgproto3.ParameterStatus{Name: "server_version", Value: "12.19"},
		&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: []byte{0, 0, 0, 1}},
		&pgproto3.ReadyForQuery{TxStatus: 'I'})
}

func pooler(t *testing.T) string {
	return answers(t, &pgproto3.ErrorResponse{
		Severity: "FATAL", Code: "08P01", Message: "unsupported startup parameter: statement_timeout"})
}
