package embedded

import (
	"context"
	"io"
	"os/exec"
	"strconv"
	"syscall"
)

// guard interrupts a process when this one ends, where the kernel does not do
// so by itself: a shell that waits for the end of a pipe which only this
// process holds open.
type guard struct {
	shell *exec.Cmd
	pipe  io.WriteCloser
}

func startGuard(ctx context.Context, pid int, attr *syscall.SysProcAttr) (*guard, error) {
	shell := exec.CommandContext(ctx, "/bin/sh", "-c", `read -r released || kill -INT "$1"`, "sh", strconv.Itoa(pid))
	shell.SysProcAttr = attr
	pipe, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &guard{shell, pipe}, shell.Start()
}

// release ends the guard and leaves the process alone, which has ended.
func (g *guard) release() {
	_, _ = io.WriteString(g.pipe, "released\n") // fails when the shell has gone, and then all is well
	g.abandon()
}

// abandon is what happens when this process ends.
func (g *guard) abandon() {
	_ = g.pipe.Close()
	_ = g.shell.Wait() // its result says nothing
}
