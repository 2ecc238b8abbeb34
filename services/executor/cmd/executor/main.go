// Command executor runs the steps of tasks.
package main

import (
	"context"

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/services/executor"
)

func main() {
	kit.Main("executor", "Runs the steps of tasks.", func(ctx context.Context, cfg executor.Config, rt kit.Runtime) error {
		service, err := executor.New(cfg, rt)
		if err != nil {
			return err
		}
		return service.Run(ctx)
	})
}
