package embedded

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"
)

// portTries is how often a start chooses another port when the one it chose
// was taken in the meantime.
const portTries = 5

// logKeep is the size beyond which postgres.log is emptied at a start.
const logKeep = 10 << 20

// cluster is a folder with a PostgreSQL data folder in it, owned by this
// process: an exclusive flock on the folder itself says so, and leaves no file
// behind. A second flock, on data/, is handed to the server, so it is held as
// long as any of the server's processes lives, whatever became of ours.
type cluster struct {
	dir     string
	owner   *os.File // holds our flock on dir
	handle  *os.File // dir again, for the children (see path)
	server  *os.File // holds the server's flock on data/
	account *account // nil: children run as we do
	bin     string
	log     *zap.Logger
}

// openCluster takes the folder and makes the cluster when there is none.
func openCluster(ctx context.Context, cfg PostgresConfig) (_ *cluster, err error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, log: cfg.Log}
	if c.account, err = unprivileged(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if err := c.take(); err != nil {
		return nil, err
	}
	if c.bin, err = findBinaries(ctx, cfg.Log, majorVersion(c.file("data"))); err != nil {
		return nil, err
	}
	if err := c.ensureInit(ctx); err != nil {
		return nil, err
	}
	return c, c.takeData(ctx)
}

// take creates the folder, locks it and gives it to the server's user.
func (c *cluster) take() (err error) {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	if c.owner, err = os.Open(c.dir); err != nil {
		return err
	}
	if err := flock(c.owner); err != nil {
		return err
	}
	if c.handle, err = os.Open(c.dir); err != nil {
		return err
	}
	return c.account.own(c.dir)
}

// takeData locks data/. Whoever still holds it is the server of a process
// that was killed, about to end as well; so wait for it. A postmaster.pid
// found under the lock is stale: left as it is, it would stop the server
// whenever its number now belongs to another process of the same user.
func (c *cluster) takeData(ctx context.Context) (err error) {
	if c.server, err = os.Open(c.file("data")); err != nil {
		return err
	}
	for err = flock(c.server); errors.Is(err, ErrInUse); err = flock(c.server) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("an earlier server has not ended: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	if err != nil {
		return err
	}
	if err := os.Remove(c.file("data", "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// close gives the folder back. It is idempotent.
func (c *cluster) close() {
	for _, f := range []*os.File{c.owner, c.handle, c.server} {
		if f != nil {
			_ = f.Close() // only read and locked
		}
	}
}

// file is a path below the folder, for this process.
func (c *cluster) file(name ...string) string {
	return filepath.Join(append([]string{c.dir}, name...)...)
}

// path is the same for children: as another user on Linux, through the handle
// they inherit as descriptor 3, since the folders above (say /root) may be
// closed to that user.
func (c *cluster) path(name string) string {
	if c.account != nil && handlesWork {
		return "/proc/self/fd/3/" + name
	}
	return c.file(name)
}

// ensureInit runs initdb where no finished cluster is. It works in a folder of
// its own that is renamed when complete, so a killed initdb leaves nothing
// that looks like a cluster.
func (c *cluster) ensureInit(ctx context.Context) error {
	if _, err := os.Stat(c.file("data")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(c.file("data.new")); err != nil {
		return err
	}
	if err := c.writeNew("password", rand.Text()+rand.Text()); err != nil {
		return err
	}
	cmd := c.command(ctx, "initdb", "-D", c.path("data.new"), "--username="+superuser,
		"--pwfile="+c.path("password"), "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
		"--data-checksums", "--no-instructions")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return os.Rename(c.file("data.new"), c.file("data"))
}

// writeNew writes a file that the server's user alone can read.
func (c *cluster) writeNew(name, content string) error {
	if err := os.WriteFile(c.file(name), []byte(content), 0o600); err != nil {
		return err
	}
	return c.account.own(c.dir)
}

// command prepares a PostgreSQL program: its own process group (the
// terminal's Ctrl-C is for us, who stop the server in order), the server's
// user, and none of our environment, which may hold secrets.
func (c *cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, program), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C", "PATH=" + c.bin + ":/usr/bin:/bin"}
	if tz, ok := os.LookupEnv("TZ"); ok {
		cmd.Env = append(cmd.Env, "TZ="+tz)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: c.account.credential()}
	cmd.ExtraFiles = []*os.File{c.handle}
	return cmd
}

// start runs the server, on the port of its last start if it can be, and on
// another one when the chosen one was taken.
func (c *cluster) start(ctx context.Context, settings map[string]string) (*Postgres, error) {
	password, err := os.ReadFile(c.file("password"))
	if err != nil {
		return nil, err
	}
	wanted := c.lastPort()
	for try := 1; ; try++ {
		port, err := freePort(ctx, wanted)
		if err != nil {
			return nil, err
		}
		wanted = 0
		p := &Postgres{cluster: c, password: strings.TrimSpace(string(password)), port: port, done: make(chan struct{})}
		err = p.launch(ctx, settings)
		if err == nil {
			c.keepPort(port)
			return p, nil
		}
		if try == portTries || !strings.Contains(err.Error(), "could not create any TCP/IP sockets") {
			return nil, err
		}
	}
}

// lastPort is the port of the last start, 0 where it is not known.
func (c *cluster) lastPort() int {
	content, err := os.ReadFile(c.file("port"))
	if err != nil {
		return 0
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0
	}
	return port
}

// keepPort makes the next start choose the same port, if it can be written.
func (c *cluster) keepPort(port int) {
	if err := os.WriteFile(c.file("port"), []byte(strconv.Itoa(port)), 0o600); err != nil {
		c.log.Warn("port not kept; it may differ at the next start", zap.Error(err))
	}
}

// launch starts the server process and waits until it answers.
func (p *Postgres) launch(ctx context.Context, settings map[string]string) error {
	log, err := p.cluster.openLog()
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has its own descriptor
	p.cmd = p.cluster.command(context.Background(), "postgres", arguments(p.cluster.path("data"), p.port, settings)...)
	p.cmd.ExtraFiles = append(p.cmd.ExtraFiles, p.cluster.server)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	exited, err := startTethered(p.cmd)
	if err != nil {
		return fmt.Errorf("start %s: %w", p.cmd.Path, err)
	}
	go func() {
		p.exit = <-exited
		close(p.done)
	}()
	return p.awaitReady(ctx)
}

// awaitReady polls, since the server has no other portable way to say so.
func (p *Postgres) awaitReady(ctx context.Context) error {
	for {
		err := p.exec(ctx, "")
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("the server ended while starting: %w%s", errors.Join(p.exit), p.cluster.logTail())
		case <-ctx.Done():
			p.kill()
			return fmt.Errorf("the server does not answer: %w", errors.Join(ctx.Err(), err))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// exec runs one statement on a connection of its own to the database postgres.
func (p *Postgres) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, p.DSN("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

func (c *cluster) openLog() (*os.File, error) {
	name, flags := c.file("postgres.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND
	if info, err := os.Stat(name); err == nil && info.Size() > logKeep {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(name, flags, 0o600)
}

// logTail is the end of the server's log as a suffix for an error.
func (c *cluster) logTail() string {
	content, err := os.ReadFile(c.file("postgres.log"))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return "; its log ends: " + strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// majorVersion is the server version that made a data folder, "" for none.
func majorVersion(dataDir string) string {
	content, err := os.ReadFile(filepath.Join(dataDir, "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(content))
}
