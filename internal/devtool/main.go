// Command devtool is what the Makefile calls where a rule would need more than
// a line of shell: it installs or lists what the tests need, and verifies the
// workspace. It runs from the root of the workspace.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type commands struct {
	Deps   depsCommand   `cmd:"" help:"Install what the tests need where that is possible (Debian as root); list the rest and fail."`
	Verify verifyCommand `cmd:"" help:"Check the modules, the workspace, the lint policy and the generated files."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	cli := kong.Parse(&c, kong.Name("devtool"), kong.BindTo(ctx, (*context.Context)(nil)))
	if err := cli.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "devtool:", err)
		os.Exit(1)
	}
}
