// Command recorder is the only writer of the pipeline's tables.
package main

import (
	"context"

	"github.com/citu/datapipeline/internal/kit"
	"github.com/citu/datapipeline/services/recorder"
)

func main() {
	kit.Main("recorder", "Records the events of the data pipeline in PostgreSQL.", run)
}

func run(ctx context.Context, cfg recorder.Config, rt kit.Runtime) error {
	r, err := recorder.New(cfg, rt)
	if err != nil {
		return err
	}
	return r.Run(ctx)
}
