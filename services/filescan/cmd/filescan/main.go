// Command filescan registers what tasks leave in the bucket.
package main

import (
	"context"

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/services/filescan"
)

func main() {
	kit.Main("filescan", "Registers what tasks leave in the bucket.", func(ctx context.Context, cfg filescan.Config, rt kit.Runtime) error {
		service, err := filescan.New(cfg, rt)
		if err != nil {
			return err
		}
		return service.Run(ctx)
	})
}
