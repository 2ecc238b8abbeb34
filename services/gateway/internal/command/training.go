package command

import (
	"context"
	"fmt"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/trace"
)

// RequestTraining asks the executors to delete or to restore training data:
// data is an *events.TrainingDeleteRequested or *events.TrainingRestoreRequested.
// It returns the sequence of the request, which the event that answers it names.
func (c *Commands) RequestTraining(ctx context.Context, data events.Data) (uint64, error) {
	e := events.New(service, data)
	e.TraceParent = trace.Of(ctx)
	seq, err := c.broker.Publish(ctx, e)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", data.Type(), err)
	}
	return seq, nil
}
