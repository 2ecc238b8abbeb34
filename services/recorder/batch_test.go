package recorder

import (
	"context"
	"errors"
	"testing"

	"github.com/citu/datapipeline/events"
)

func TestABatchIsWhatIsThereUpToItsBounds(t *testing.T) {
	line := item{event: events.Event{Data: logged(events.Run{TaskID: taskID, Request: 1, Attempt: 1}, 0, make([]string, 250)...)}}
	for name, c := range map[string]struct {
		item        item
		there, want int
	}{
		"a lone event":     {item{}, 1, 1},
		"several":          {item{}, 300, 300},
		"more than fit":    {item{}, 2500, maxEvents},
		"full log batches": {line, 100, maxRows / 250},
		"what is no event": {item{reason: errors.New("x")}, 10, 10},
	} {
		t.Run(name, func(t *testing.T) {
			items := make(chan item, c.there)
			for range c.there {
				items <- c.item
			}
			batch, err := next(t.Context(), items)
			if err != nil || len(batch) != c.want {
				t.Errorf("%d items, %v; want %d", len(batch), err, c.want)
			}
		})
	}
}

func TestWaitingForABatchEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := next(ctx, make(chan item)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
