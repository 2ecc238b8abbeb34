// Command gateway serves the HTTP API of the data pipeline.
package main

import (
	"context"
	_ "time/tzdata" // DP_TIMEZONE where the machine knows no time zones

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/services/gateway"
)

func main() {
	kit.Main("gateway", "Serves the HTTP API of the data pipeline.", func(ctx context.Context, cfg gateway.Config, rt kit.Runtime) error {
		service, err := gateway.New(cfg, rt)
		if err != nil {
			return err
		}
		return service.Run(ctx)
	})
}
