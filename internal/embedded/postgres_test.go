package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(made.dir)
		os.Exit(code)
	}))
}

// made is a stopped cluster; copying it is much faster than making one.
var made struct {
	sync.Once
	dir string
	err error
}

// clusterDir returns a folder with a stopped cluster of its own.
func clusterDir(t *testing.T) string {
	t.Helper()
	made.Do(func() {
		if made.dir, made.err = os.MkdirTemp("", "embedded-test-"); made.err != nil { //nolint:usetesting // outlives the test
			return
		}
		var p *Postgres
		if p, made.err = StartPostgres(context.Background(), PostgresConfig{Dir: made.dir, Settings: fast}); made.err == nil {
			made.err = p.Stop(context.Background())
		}
	})
	if made.err != nil {
		t.Fatal(made.err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(made.dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// fast is for tests alone: it loses data with the machine, not with a process.
var fast = map[string]string{"fsync": "off"}

func start(t *testing.T, dir string) *Postgres {
	t.Helper()
	p, err := StartPostgres(t.Context(), PostgresConfig{Dir: dir, Settings: fast})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Stop(context.Background()) }) // the test may have killed it
	return p
}

func stop(t *testing.T, p *Postgres) {
	t.Helper()
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func exec1(t *testing.T, p *Postgres, sql string) {
	t.Helper()
	if err := p.exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func query(t *testing.T, dsn, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var value string
	if err := conn.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestPostgresCarriesOnWithItsData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "postgres")
	p := start(t, dir)
	exec1(t, p, "CREATE TABLE kept AS SELECT 'yes' AS value")
	if err := p.CreateDatabase(t.Context(), "shop \"x\""); err != nil {
		t.Fatal(err)
	}
	if err := p.CreateDatabase(t.Context(), "shop \"x\""); err != nil {
		t.Errorf("a database that exists: %v", err)
	}
	for setting, want := range map[string]string{"server_encoding": "UTF8", "lc_messages": "C", "listen_addresses": "127.0.0.1",
		"unix_socket_directories": "", "data_checksums": "on", "password_encryption": "scram-sha-256"} {
		if got := query(t, p.DSN("shop \"x\""), "SHOW "+setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	stop(t, p)
	stop(t, p) // again
	select {
	case <-p.Done():
	default:
		t.Error("stopped, yet not done")
	}
	again := start(t, dir)
	if got := query(t, again.DSN("postgres"), "SELECT value FROM kept"); got != "yes" {
		t.Errorf("got %q", got)
	}
}

// The address belongs to the database: what others noted of it still holds
// after a restart.
func TestPostgresKeepsItsPortWhileItIsFree(t *testing.T) {
	dir := clusterDir(t)
	first := start(t, dir)
	stop(t, first)
	second := start(t, dir)
	if second.port != first.port {
		t.Errorf("port %d, then %d", first.port, second.port)
	}
	stop(t, second)
	l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", second.port))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing was accepted
	if third := start(t, dir); third.port == second.port {
		t.Errorf("a taken port: %d", third.port)
	}
}

func TestPostgresIsForOneProcess(t *testing.T) {
	dir := clusterDir(t)
	p := start(t, dir)
	if _, err := StartPostgres(t.Context(), PostgresConfig{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second start: %v, want ErrInUse", err)
	}
	if Abandoned(dir) {
		t.Error("a folder in use counts as abandoned")
	}
	stop(t, p)
	if !Abandoned(dir) {
		t.Error("a stopped server's folder is still locked")
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a lock file is left: %v", err)
	}
}

func TestPostgresNeedsThePassword(t *testing.T) {
	p := start(t, clusterDir(t))
	wrong := strings.Replace(p.DSN("postgres"), p.password, "guess", 1)
	if conn, err := pgx.Connect(t.Context(), wrong); err == nil {
		_ = conn.Close(t.Context())
		t.Error("connected with a wrong password")
	}
	for _, arg := range p.cmd.Args {
		if strings.Contains(arg, p.password) {
			t.Error("the password is on the command line")
		}
	}
}

func TestPostgresAfterAKill(t *testing.T) {
	dir := clusterDir(t)
	p := start(t, dir)
	exec1(t, p, "CREATE TABLE kept AS SELECT 'yes' AS value")
	p.signal(syscall.SIGKILL)
	<-p.Done()
	if err := p.Stop(t.Context()); err == nil {
		t.Error("a killed server counts as cleanly stopped")
	}
	again := start(t, dir)
	if got := query(t, again.DSN("postgres"), "SELECT value FROM kept"); got != "yes" {
		t.Errorf("got %q", got)
	}
}

// A stale lock may name a process that has nothing to do with it.
func TestPostgresAfterItsProcessNumberWasGivenToAnother(t *testing.T) {
	dir := clusterDir(t)
	stop(t, start(t, dir))
	a, err := unprivileged()
	if err != nil {
		t.Fatal(err)
	}
	other := exec.Command("sleep", "60")
	other.SysProcAttr = &syscall.SysProcAttr{Credential: a.credential()}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	}()
	stale := fmt.Sprintf("%d\n%s\n1\n5432\n\n127.0.0.1\n", other.Process.Pid, dir)
	if err := os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
}

// A killed initdb leaves a folder that is no cluster.
func TestPostgresAfterAnInterruptedBeginning(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data.new", "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
}

func TestPostgresBelowAClosedFolder(t *testing.T) {
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	p := start(t, filepath.Join(closed, "postgres"))
	if os.Geteuid() == 0 {
		owner, err := os.Stat(fmt.Sprintf("/proc/%d", p.cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		if owner.Sys().(*syscall.Stat_t).Uid == 0 {
			t.Error("the server runs as root")
		}
	}
	stop(t, p)
}

func TestPostgresStopsWithOpenConnections(t *testing.T) {
	p := start(t, clusterDir(t))
	conn, err := pgx.Connect(t.Context(), p.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }() // the server has closed it
	stop(t, p)
}

func TestPostgresIsKilledWhereItMayNotTakeItsTime(t *testing.T) {
	p := start(t, clusterDir(t))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_ = p.Stop(ended) // clean only if it was faster
	if err := syscall.Kill(p.cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the server is still there: %v", err)
	}
}

func TestPostgresSaysWhyItDoesNotStart(t *testing.T) {
	_, err := StartPostgres(t.Context(), PostgresConfig{Dir: clusterDir(t), Settings: map[string]string{"no_such_setting": "1"}})
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("got %v", err)
	}
}

func TestPostgresOfAnotherVersion(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := StartPostgres(t.Context(), PostgresConfig{Dir: dir}); !errors.Is(err, ErrNoBinaries) || !strings.Contains(err.Error(), "PostgreSQL 9") {
		t.Errorf("got %v", err)
	}
}

func TestHasExtension(t *testing.T) {
	p := start(t, clusterDir(t))
	for name, want := range map[string]bool{"plpgsql": true, "vector": true, "no such": false} {
		if got, err := p.HasExtension(t.Context(), name); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// The test binary itself plays a program that is killed.
const asProgram = "DP_TEST_AS_PROGRAM"

func TestProgram(t *testing.T) {
	dir := os.Getenv(asProgram)
	if dir == "" {
		return
	}
	p, err := StartPostgres(t.Context(), PostgresConfig{Dir: dir, Settings: fast})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.exec(t.Context(), "CREATE TABLE kept AS SELECT 'yes' AS value"); err != nil {
		t.Fatal(err)
	}
	fmt.Println("ready")
	select {} // until killed
}

func TestPostgresEndsWithAKilledProgram(t *testing.T) {
	dir := clusterDir(t)
	program := exec.Command(os.Args[0], "-test.run=^TestProgram$")
	program.Env = append(os.Environ(), asProgram+"="+dir)
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "ready"; {
	}
	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait()     // killed
	again := start(t, dir) // takes a lock that the old server holds until its end
	if got := query(t, again.DSN("postgres"), "SELECT value FROM kept"); got != "yes" {
		t.Errorf("got %q", got)
	}
}

func TestParseMajor(t *testing.T) {
	for version, want := range map[string]int{
		"postgres (PostgreSQL) 15.4 (Debian 15.4-1)": 15,
		"postgres (PostgreSQL) 18beta1":              18,
		"postgres (EnterpriseDB) 15":                 0,
		"postgres (PostgreSQL) devel":                0,
		"":                                           0,
	} {
		if got, ok := parseMajor(version); got != want || ok != (want != 0) {
			t.Errorf("%q: %d, %v", version, got, ok)
		}
	}
}

func TestBinariesAreThisMachines(t *testing.T) {
	bin, err := Binaries(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		t.Error(err)
	}
	t.Setenv("PATH", bin)
	if onPath, err := Binaries(t.Context()); err != nil || onPath == "" {
		t.Errorf("%q, %v", onPath, err)
	}
}

func TestGuardEndsTheChild(t *testing.T) {
	deadline := time.Now().Add(10 * time.Second)
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	guard, err := startGuard(t.Context(), child.Process.Pid, nil)
	if err != nil {
		t.Fatal(err)
	}
	guard.abandon()
	if err := child.Wait(); err == nil || time.Now().After(deadline) {
		t.Errorf("the child ended by itself: %v", err)
	}
	bystander := exec.Command("sleep", "60")
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	if guard, err = startGuard(t.Context(), bystander.Process.Pid, nil); err != nil {
		t.Fatal(err)
	}
	guard.release()
	if err := bystander.Process.Kill(); err != nil {
		t.Errorf("a released guard ended the process: %v", err)
	}
	_ = bystander.Wait() // killed
}
