//go:build !linux

package embedded

import (
	"context"
	"os/exec"
)

const handlesWork = false

// startTethered starts cmd so that it is interrupted when this process ends,
// even by SIGKILL. The channel delivers Wait's result.
func startTethered(cmd *exec.Cmd) (<-chan error, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	g, err := startGuard(context.Background(), cmd.Process.Pid, cmd.SysProcAttr)
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
		return nil, err
	}
	exited := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		g.release()
		exited <- err
	}()
	return exited, nil
}
