package bench

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
)

// BenchmarkTasks posts complete tasks on a small database, all at once, and
// waits for the last task.completed. steps/slots is the share of the time in
// which the limit's slots were at work within steps, as the steps' own results
// say; the rest is the pipeline: events, files, leases, hashes. speedup is
// against one task at a time in the same run, and is bounded by the processors,
// which the services and both servers share.
func BenchmarkTasks(b *testing.B) {
	var alone float64
	for _, c := range []struct{ limit, tasks int }{{1, 25}, {4, 100}} {
		b.Run(fmt.Sprintf("limit=%d", c.limit), func(b *testing.B) {
			d := deploy(b, c.limit)
			happenings := d.api.follow(closing...)
			var ids []string
			for b.Loop() {
				ids = append(ids, d.complete(c.tasks, happenings)...)
			}
			rate := float64(len(ids)) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "tasks/s")
			b.ReportMetric(d.inSteps(ids).Seconds()/b.Elapsed().Seconds()/float64(c.limit), "steps/slots")
			if c.limit == 1 {
				alone = rate
			} else if alone > 0 {
				b.ReportMetric(rate/alone, "speedup")
			}
		})
	}
}

// complete posts n tasks and waits for all of them.
func (d *deployment) complete(n int, happenings <-chan happening) []string {
	d.b.Helper()
	ids := make([]string, n)
	open := map[string]bool{}
	for i := range ids {
		ids[i] = d.api.post(map[string]any{
			"db_connection": d.business, "tables": []string{"public.*"}, "business_context": "a small shop",
		})
		open[ids[i]] = true
	}
	for limit := time.After(patience); len(open) > 0; {
		h := d.api.next(happenings, limit)
		if h.Type != "task.completed" {
			d.b.Fatalf("%s of %s with %d tasks open", h.Type, h.Data.TaskID, len(open))
		}
		delete(open, h.Data.TaskID)
	}
	return ids
}

// inSteps is how long the steps of tasks took.
func (d *deployment) inSteps(ids []string) (sum time.Duration) {
	d.b.Helper()
	for _, id := range ids {
		err := d.broker.History(d.b.Context(), id, 0, func(e events.Event) error {
			if done, ok := e.Data.(*events.StepCompleted); ok {
				own, err := ownTime(done)
				sum += own
				return err
			}
			return nil
		})
		if err != nil {
			d.b.Fatal(err)
		}
	}
	return sum
}

// ownTime is what a step says that it took itself.
func ownTime(done *events.StepCompleted) (time.Duration, error) {
	var result struct {
		Seconds float64 `json:"duration_seconds"`
	}
	err := json.Unmarshal(done.Result, &result)
	return time.Duration(result.Seconds * float64(time.Second)), err
}
