// Command datapipeline runs the pipeline: all of it in one process, or one
// task without a server.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones by name, also where the system has none

	"github.com/citu/datapipeline/cmd/datapipeline/internal/app"
)

func main() {
	app.HideSecrets()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal has its usual effect
	os.Exit(app.Main(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
