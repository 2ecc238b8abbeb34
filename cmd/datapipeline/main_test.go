package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/citu/datapipeline/internal/testkit"
)

// asProgram, in the environment, makes the test binary the program itself.
const asProgram = "DATAPIPELINE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	testkit.Main(m)
}

// program is a started datapipeline.
type program struct {
	cmd   *exec.Cmd
	ended chan struct{}
	lines chan string // of stdout

	out, err bytes.Buffer
}

// start starts the program in English. It is killed with the test.
func start(t *testing.T, env []string, args ...string) *program {
	t.Helper()
	p := &program{cmd: exec.CommandContext(t.Context(), os.Args[0], args...), ended: make(chan struct{}), lines: make(chan string, 1000)}
	p.cmd.Env = append(append(os.Environ(), asProgram+"=1", "DP_LANGUAGE=en"), env...)
	p.cmd.Stderr = &p.err
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read(stdout)
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		<-p.ended
		if t.Failed() {
			t.Logf("%v:\n%s%s", args, &p.out, &p.err)
		}
	})
	return p
}

// read takes the output until the program has ended.
func (p *program) read(stdout io.Reader) {
	defer close(p.ended)
	defer close(p.lines)
	for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
		p.out.WriteString(scanner.Text() + "\n")
		p.lines <- scanner.Text()
	}
	_ = p.cmd.Wait() // the tests look at the exit code
}

// await returns what follows a text in a line of the output.
func (p *program) await(t *testing.T, text string) string {
	t.Helper()
	for line := range p.lines {
		if _, rest, ok := strings.Cut(line, text); ok {
			return rest
		}
	}
	t.Fatalf("the program ended without %q", text)
	return ""
}

// end sends a signal and returns the exit code, -1 for a killed program.
func (p *program) end(t *testing.T, s os.Signal) int {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	return p.wait(t)
}

// wait returns the exit code.
func (p *program) wait(t *testing.T) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		select {
		case _, more := <-p.lines:
			if more {
				continue
			}
			<-p.ended
			return p.cmd.ProcessState.ExitCode()
		case <-ctx.Done():
			_ = p.cmd.Process.Signal(syscall.SIGQUIT) // shows where it hangs
			<-p.ended
			t.Fatal("the program does not end")
		}
	}
}

// TestHelp speaks both languages.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want, never string }{
		{"--help --lang=zh", "用法：datapipeline <命令>", "Usage"},
		{"up --help --lang=zh", "--sample", "Flags:"},
		{"run --help --lang=zh", "退出码：0 完成", "Show"},
		{"--help --lang=en", "Usage: datapipeline <command>", "用法"},
		{"up --help --lang=en", "--sample", "选项"},
		{"run --help --lang=en", "Exit codes: 0 done", "任务"},
		{"--version", "", "Usage"},
	} {
		p := start(t, nil, strings.Fields(c.args)...)
		code := p.wait(t)
		if out := p.out.String(); code != 0 || !strings.Contains(out, c.want) || strings.Contains(out, c.never) {
			t.Errorf("%s: exit code %d:\n%s%s", c.args, code, out, &p.err)
		}
	}
}

// TestUnreachable says within a bounded time what is away, and leaves no task.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	tables := t.TempDir() + "/tables.txt"
	if err := os.WriteFile(tables, []byte("sale"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, []string{"DP_NATS_URL=nats://127.0.0.1:1"}, "run", "--db-connection=postgres://ann@127.0.0.1:1/shop",
		"--table-list", tables, "--output-dir", t.TempDir(), "--skip-training-load")
	if code := p.wait(t); code != 2 || !strings.Contains(p.err.String(), "the NATS at DP_NATS_URL cannot be reached") {
		t.Errorf("exit code %d: %s", code, &p.err)
	}
}
