package bench

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/citu/datapipeline/internal/testkit"
)

// BenchmarkStart is how long a caller waits while nothing else runs: for the
// answer 201, which says that the task is on disk, and for step.started to
// arrive on the stream of events of the same HTTP interface. Both are measured
// from the moment the POST is sent. answer/ack is the answer's median against
// that of the least which it could take: one acknowledged message of JetStream,
// on the same server in the same run.
func BenchmarkStart(b *testing.B) {
	d := deploy(b, 1)
	ack := d.bareAck()
	happenings := d.api.follow(append([]string{"step.started"}, closing...)...)
	var answered, started, acked testkit.Times
	for b.Loop() {
		began := time.Now()
		task := d.api.post(map[string]any{
			"db_connection": d.business, "tables": []string{"public.*"}, "business_context": "a small shop",
			"execution_mode": "single", "single_step": 1,
		})
		answered = append(answered, time.Since(began))
		d.api.await(happenings, "step.started", task)
		started = append(started, time.Since(began))
		b.StopTimer()
		d.api.await(happenings, "task.partial_completed", task)
		acked.Take(ack)
		b.StartTimer()
	}
	b.ReportMetric(milliseconds(answered.Quantile(0.5)), "answer-p50-ms")
	b.ReportMetric(milliseconds(answered.Quantile(0.95)), "answer-p95-ms")
	b.ReportMetric(milliseconds(started.Quantile(0.5)), "started-p50-ms")
	b.ReportMetric(milliseconds(started.Quantile(0.95)), "started-p95-ms")
	b.ReportMetric(milliseconds(acked.Quantile(0.5)), "ack-p50-ms")
	b.ReportMetric(answered.Ratio(acked), "answer/ack")
	b.ReportMetric(started.Ratio(acked), "started/ack")
}

// bareAck returns what publishes a KiB to a stream of its own and waits for the
// acknowledgement.
func (d *deployment) bareAck() func() {
	d.b.Helper()
	js := d.broker.JS()
	_, err := js.CreateStream(d.b.Context(), jetstream.StreamConfig{Name: "BENCH", Subjects: []string{"bench"}, Storage: jetstream.FileStorage})
	if err != nil {
		d.b.Fatal(err)
	}
	body := make([]byte, 1024)
	return func() {
		if _, err := js.Publish(d.b.Context(), "bench", body); err != nil {
			d.b.Fatal(err)
		}
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
