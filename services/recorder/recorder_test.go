package recorder

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"github.com/citu/datapipeline/events"
)

func TestAnEventIsARowAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.start(t, b.config())
	b.create(t, "task_20250701_000000")
	b.recorded(t)
	began := time.Now()
	b.create(t, taskID)
	until(t, "the task is there", func() bool {
		return one[bool](t, b, "SELECT EXISTS (SELECT FROM data_pipeline_tasks WHERE id = $1)", taskID)
	})
	t.Logf("visible after %s, publishing included", time.Since(began))
	if err := r.stop(); err != nil {
		t.Errorf("a stopped recorder returned %v", err)
	}
}

func TestFloodsAreRecordedInBatches(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, id := range tasks(10) {
		b.run(t, id, 100)
	}
	r := b.start(t, b.config())
	b.recorded(t)
	for _, stream := range []string{events.StreamPipeline, events.StreamLogs} {
		var m dto.Metric
		if err := r.Recorder.metrics.batches.WithLabelValues(stream).(prometheus.Histogram).Write(&m); err != nil {
			t.Fatal(err)
		}
		if count, sum := m.Histogram.GetSampleCount(), m.Histogram.GetSampleSum(); sum < 190 || sum/float64(count) < 20 {
			t.Errorf("%s: %v events in %d transactions", stream, sum, count)
		}
	}
}

func TestStoppingTwentyTimesRecordsEverythingOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	published := b.publishing(t, 40)
	for stops := 0; stops < 20 || !closed(published); stops++ {
		r := b.start(t, b.config())
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond) // anywhere in its work is the point
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
	}
	b.start(t, b.config())
	b.complete(t, 40)
}

// publishing publishes runs of n tasks in the background; the channel is closed
// behind the last.
func (b *bundle) publishing(t *testing.T, n int) <-chan struct{} {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, id := range tasks(n) {
			b.run(t, id, 20)
		}
	}()
	t.Cleanup(func() { <-done })
	return done
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// complete compares the tables with what one undisturbed recorder makes of the
// same streams, n complete tasks with 20 lines each.
func (b *bundle) complete(t *testing.T, n int) {
	t.Helper()
	b.recorded(t)
	if lines := one[int](t, b, "SELECT count(*) FROM data_pipeline_task_logs"); lines != 20*n {
		t.Errorf("%d log lines, want %d", lines, 20*n)
	}
	calm := setup(t)
	calm.nats, calm.broker = b.nats, b.broker
	calm.start(t, calm.config())
	calm.recorded(t)
	if got, want := b.rows(t), calm.rows(t); got != want {
		t.Errorf("disturbed\n%s\ncalm\n%s", got, want)
	}
}

func TestEmptyTablesAreRebuilt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, id := range tasks(3) {
		b.run(t, id, 5)
	}
	b.publish(t, &events.TaskDeleted{TaskID: tasks(3)[1], Actor: "operator"})
	r := b.start(t, b.config())
	b.recorded(t)
	b.gone(t, tasks(3)[1])
	want := b.rows(t)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	b.exec(t, "SELECT rebuild_data_pipeline()")
	b.start(t, b.config())
	b.recorded(t)
	b.gone(t, tasks(3)[1])
	if got := b.rows(t); got != want {
		t.Errorf("rebuilt\n%s\nbefore\n%s", got, want)
	}
}

// gone waits until no log line and no line counter of a task is left.
func (b *bundle) gone(t *testing.T, task string) {
	t.Helper()
	until(t, "the log lines are gone", func() bool {
		return !one[bool](t, b, "SELECT EXISTS (SELECT FROM data_pipeline_task_logs WHERE task_id = $1) OR EXISTS (SELECT FROM data_pipeline_log_deletions)", task)
	})
}

func TestOfTwoRecordersOneRecordsAndTheOtherTakesOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	recorders := []*running{b.start(t, b.config()), b.start(t, b.config())}
	for _, id := range tasks(10) {
		b.run(t, id, 10)
	}
	b.recorded(t)
	active := func(r *running) float64 {
		return testutil.ToFloat64(r.Recorder.metrics.active.WithLabelValues(events.StreamPipeline))
	}
	until(t, "one of them stands by", func() bool { return active(recorders[0])+active(recorders[1]) == 1 })
	first, second := recorders[0], recorders[1]
	if active(second) == 1 {
		first, second = second, first
	}
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	b.run(t, taskID, 10)
	b.recorded(t)
	if err := second.stop(); err != nil {
		t.Fatal(err)
	}
	if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_tasks WHERE status = 'completed' AND scan_complete"); n != 11 {
		t.Errorf("%d tasks are complete, want 11", n)
	}
	if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_task_logs"); n != 110 {
		t.Errorf("%d log lines, want 110", n)
	}
}

func TestRecordingSurvivesOutagesOfPostgres(t *testing.T) {
	t.Parallel()
	b := setup(t)
	link := relay(t, b.dsn)
	cfg := b.config()
	cfg.Postgres.URL = link.dsn
	b.start(t, cfg)
	for published := b.publishing(t, 40); !closed(published); {
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond) // in a statement, in a commit, between two
		link.cut()
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
		link.restore()
	}
	b.complete(t, 40)
}

func TestRecordingSurvivesOutagesOfNATS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t, b.config())
	b.run(t, tasks(2)[0], 20)
	b.nats.Stop()
	b.nats.Start()
	b.run(t, tasks(2)[1], 20)
	b.complete(t, 2)
}

func TestTheDatabaseMayComeLater(t *testing.T) {
	t.Parallel()
	b := setup(t)
	link := relay(t, b.dsn)
	link.cut()
	cfg := b.config()
	cfg.Postgres.URL = link.dsn
	r := b.start(t, cfg)
	b.create(t, taskID)
	select {
	case <-r.done:
		t.Fatalf("the recorder ended: %v", r.err)
	case <-time.After(100 * time.Millisecond):
	}
	link.restore()
	b.recorded(t)
}

func TestAStreamThatDoesNotContinueStopsTheRecorder(t *testing.T) {
	for name, breakUp := range map[string]func(*testing.T, *bundle){
		"made anew": func(t *testing.T, b *bundle) {
			b.remake(t)
		},
		"purged": func(t *testing.T, b *bundle) {
			b.create(t, tasks(2)[1])
			stream, err := b.broker.JS().Stream(t.Context(), events.StreamPipeline)
			if err == nil {
				err = stream.Purge(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		"restored from an older copy": func(t *testing.T, b *bundle) {
			b.exec(t, "UPDATE data_pipeline_positions SET sequence = 1000 WHERE stream = $1", events.StreamPipeline)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			first := b.start(t, b.config())
			b.create(t, taskID)
			b.recorded(t)
			if err := first.stop(); err != nil {
				t.Fatal(err)
			}
			before := b.rows(t)
			breakUp(t, b)
			err := b.start(t, b.config()).ended(t)
			if !errors.Is(err, ErrDiscontinuity) || !strings.Contains(err.Error(), "rebuild_data_pipeline()") {
				t.Errorf("the recorder ended with %v, want ErrDiscontinuity and what to do", err)
			}
			if after := b.rows(t); after != before {
				t.Errorf("rows changed to\n%s\nfrom\n%s", after, before)
			}
			b.exec(t, "SELECT rebuild_data_pipeline()")
			b.start(t, b.config())
			b.create(t, "task_20250701_143059")
			b.recorded(t)
		})
	}
}

func TestAStreamThatIsReplacedWhileRecordingStopsTheRecorder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.start(t, b.config())
	b.create(t, taskID)
	b.recorded(t)
	b.remake(t)
	if err := r.ended(t); !errors.Is(err, ErrDiscontinuity) {
		t.Errorf("the recorder ended with %v, want ErrDiscontinuity", err)
	}
}

func TestAStandbyAlsoSaysThatAStreamDoesNotContinue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	recorders := []*running{b.start(t, b.config()), b.start(t, b.config())}
	b.create(t, tasks(2)[0])
	b.create(t, tasks(2)[1])
	b.recorded(t)
	b.remake(t)
	for i, r := range recorders {
		if err := r.ended(t); !errors.Is(err, ErrDiscontinuity) {
			t.Errorf("recorder %d ended with %v, want ErrDiscontinuity", i, err)
		}
	}
}

// remake deletes PIPELINE and provisions it again.
func (b *bundle) remake(t *testing.T) {
	t.Helper()
	if err := b.broker.JS().DeleteStream(t.Context(), events.StreamPipeline); err != nil {
		t.Fatal(err)
	}
	if err := b.broker.Provision(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestPoisonIsKeptAndPassedOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.start(t, b.config())
	b.create(t, tasks(3)[0])
	b.raw(t, "pipeline.task.created."+taskID, "task.created", "no JSON")
	b.raw(t, "pipeline.task.created."+taskID, "task.created.v9", "{}")
	huge := &events.StepFailed{}
	huge.Run = events.Run{TaskID: tasks(3)[0], Request: 1, Attempt: 1}
	huge.Step, huge.ExecutionID, huge.StartedAt, huge.CompletedAt = events.StepDDL, "x", time.Now(), time.Now().Add(time.Second)
	huge.Failure = events.Failure{ErrorType: "x", ErrorClass: events.ClassUser, Message: "x"}
	huge.Result = []byte(`{"n": 1e1000000}`)
	b.publish(t, huge)
	b.create(t, tasks(3)[1])
	b.recorded(t)
	reasons := b.deadLetters(t)
	if len(reasons) != 2 || !strings.Contains(strings.Join(reasons, "\n"), "refuses") {
		t.Errorf("dead letters %q, want the undecodable and the refused one", reasons)
	}
	if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_tasks"); n != 2 {
		t.Errorf("%d tasks, want those before and behind the poison", n)
	}
	for _, reason := range []string{"undecodable", "unknown_type", "refused"} {
		if n := testutil.ToFloat64(r.Recorder.metrics.passedOver.WithLabelValues(events.StreamPipeline, reason)); n != 1 {
			t.Errorf("%v %s messages counted, want 1", n, reason)
		}
	}
}

// raw publishes what Encode would not make.
func (b *bundle) raw(t *testing.T, subject, kind, body string) {
	t.Helper()
	msg := nats.NewMsg(subject)
	msg.Header = nats.Header{events.HeaderSpecVersion: {"1.0"}, events.HeaderType: {kind}, events.HeaderID: {"1"},
		events.HeaderTime: {time.Now().Format(time.RFC3339Nano)}, events.HeaderSource: {"/datapipeline/test"}}
	msg.Data = []byte(body)
	if _, err := b.broker.JS().PublishMsg(t.Context(), msg); err != nil {
		t.Fatal(err)
	}
}

func TestADeletedTaskLosesItsRowsAndLines(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t, b.config())
	b.run(t, taskID, 30)
	b.run(t, tasks(1)[0], 1)
	b.recorded(t)
	b.publish(t, &events.TaskDeleted{TaskID: taskID, Actor: "operator"})
	b.recorded(t)
	b.gone(t, taskID)
	if left := one[[]string](t, b, "SELECT array_agg(id::text) FROM data_pipeline_tasks"); len(left) != 1 || left[0] != tasks(1)[0] {
		t.Errorf("tasks %q are left", left)
	}
	if n := one[int](t, b, "SELECT count(*) FROM data_pipeline_task_logs"); n != 1 {
		t.Errorf("%d log lines are left, want the other task's", n)
	}
}
