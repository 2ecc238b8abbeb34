package embedded

import (
	"os/exec"
	"runtime"
	"syscall"
)

// handlesWork: a child reaches a folder whose parents are closed to it through
// an inherited descriptor, as /proc/self/fd/N.
const handlesWork = true

// startTethered starts cmd so that the kernel interrupts it when this process
// ends, even by SIGKILL. The channel delivers Wait's result. The kernel
// watches the thread that forked, so that thread is kept for as long as the
// child lives.
func startTethered(cmd *exec.Cmd) (<-chan error, error) {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	started, exited := make(chan error, 1), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			exited <- cmd.Wait()
		}
	}()
	return exited, <-started
}
