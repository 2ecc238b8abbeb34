//go:build !linux

package embedded

import (
	"io"
	"os/exec"
	"strconv"
)

const handlesWork = false

// startTethered starts cmd so that it is interrupted when this process ends,
// even by SIGKILL: a shell waits on a pipe that only this process holds open,
// and interrupts the child unless it is told that the child has ended.
func startTethered(cmd *exec.Cmd) (<-chan error, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	guard := exec.Command("/bin/sh", "-c", `read -r ended || kill -INT "$1"`, "sh", strconv.Itoa(cmd.Process.Pid))
	guard.SysProcAttr = cmd.SysProcAttr
	pipe, err := guard.StdinPipe()
	if err == nil {
		err = guard.Start()
	}
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, err
	}
	exited := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		_, _ = io.WriteString(pipe, "ended\n")
		_ = guard.Wait()
		exited <- err
	}()
	return exited, nil
}
