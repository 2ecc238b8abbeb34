package workflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"gocloud.dev/blob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/connection"
	"github.com/citu/datapipeline/services/executor/internal/lease"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/workflow"
)

// TestMain lets more tests run at once than there are processors: they wait for
// leases to run out rather than compute.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	testkit.Main(m)
}

const (
	password = "s3cret-pass-word"
	secret   = "postgres://reader:" + password + "@db.example.com:5432/shop"
	narrow   = "postgres://clerk:" + password + "@db.example.com:5432/shop"
)

// leaseTTL is short enough to be waited for.
const leaseTTL = time.Second

// deployment is a broker and a bucket that any number of executors share.
type deployment struct {
	*testing.T
	server  *testkit.Server
	control *broker.Broker // of the test itself
	bucket  *blob.Bucket
	tasks   atomic.Int32
}

func deploy(t *testing.T, maxTasks int) *deployment {
	t.Helper()
	d := &deployment{T: t, server: testkit.NATS(t)}
	d.control = d.connect(d.server.URL(), maxTasks)
	if err := d.control.Provision(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := bucket.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	d.bucket = b
	return d
}

func (d *deployment) connect(url string, maxTasks int) *broker.Broker {
	d.Helper()
	cfg := broker.Config{URL: url, MaxConcurrentTasks: maxTasks, LeaseTTL: leaseTTL}
	b, err := broker.Connect(d.Context(), cfg, "executor", testkit.Log(d.T))
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(b.Close)
	return b
}

// request is one of all four steps.
func request() events.Request {
	return events.Request{
		ExecutionMode: events.ModeComplete, Steps: events.Steps(), Connection: events.Connection{Name: "shop"},
		Tables: []string{"public.t"}, Language: events.English, Options: events.DefaultOptions(),
		UTCOffsetSeconds: 8 * 3600, Runner: events.RunnerPool, Actor: "test",
	}
}

// create makes a task and returns its id.
func (d *deployment) create(change ...func(*events.Request)) string {
	d.Helper()
	id := fmt.Sprintf("task_20250701_%06d", d.tasks.Add(1))
	r := request()
	r.OutputPrefix, r.OutputDirectory = id, "out/"+id
	for _, c := range change {
		c(&r)
	}
	d.publish(&events.TaskCreated{
		TaskID: id, TaskType: events.TaskTypeComplete, CreatedAt: time.Now(), CreatedBy: "test",
		Parameters: json.RawMessage(`{}`), Request: r,
	}, 0)
	return id
}

func (d *deployment) publish(data events.Data, last uint64) {
	d.Helper()
	if _, err := d.control.PublishTask(d.Context(), events.New("gateway", data), last); err != nil {
		d.Fatal(err)
	}
}

// say publishes a task.* event behind whatever there is.
func (d *deployment) say(data events.Data) {
	d.Helper()
	for {
		last, err := d.control.LastTaskSeq(d.Context(), data.Task())
		if err != nil {
			d.Fatal(err)
		}
		if _, err = d.control.PublishTask(d.Context(), events.New("gateway", data), last); err == nil {
			return
		}
		if !errors.Is(err, broker.ErrConflict) {
			d.Fatal(err)
		}
	}
}

func (d *deployment) cancel(id string) {
	d.say(&events.TaskCancelRequested{TaskID: id, Request: d.task(id).RequestSeq, Actor: "test"})
}

func (d *deployment) task(id string) projection.Task {
	d.Helper()
	t, err := d.control.LoadTask(d.Context(), id, projection.Task{})
	if err != nil {
		d.Fatal(err)
	}
	return t
}

// until waits for an event of a task that satisfies want.
func (d *deployment) until(id string, want func(events.Event) bool) events.Event {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.Context(), 30*time.Second)
	defer cancel()
	found := errors.New("found")
	var event events.Event
	err := d.control.Follow(ctx, broker.Following{Stream: events.StreamPipeline, Subjects: events.TaskSubjects(id)}, func(e events.Event) error {
		if want(e) {
			event = e
			return found
		}
		return nil
	})
	if !errors.Is(err, found) {
		d.Fatalf("waiting for an event of %s: %v; so far: %v", id, err, d.history(id))
	}
	return event
}

func (d *deployment) untilType(id string, t events.Type) events.Event {
	d.Helper()
	return d.until(id, func(e events.Event) bool { return e.Type() == t })
}

// closed waits until the task's request is closed and returns the task.
func (d *deployment) closed(id string) projection.Task {
	d.Helper()
	var t projection.Task
	d.until(id, func(e events.Event) bool {
		t = projection.Apply(t, e)
		return t.RequestClosed
	})
	return t
}

// history is the task's events, each as type, or type and step; progress left
// out.
func (d *deployment) history(id string) []string {
	d.Helper()
	var all []string
	err := d.control.History(d.Context(), id, 0, func(e events.Event) error {
		switch x := e.Data.(type) {
		case *events.StepProgressed:
		case *events.StepStarted:
			all = append(all, fmt.Sprint(e.Type(), " ", x.Step))
		case *events.StepCompleted:
			all = append(all, fmt.Sprint(e.Type(), " ", x.Step))
		case *events.StepFailed:
			all = append(all, fmt.Sprint(e.Type(), " ", x.Step))
		case *events.StepSkipped:
			all = append(all, fmt.Sprint(e.Type(), " ", x.Step))
		default:
			all = append(all, string(e.Type()))
		}
		return nil
	})
	if err != nil {
		d.Error(err)
	}
	return all
}

// logged is the messages of the task's log, over all attempts.
func (d *deployment) logged(id string) []string {
	d.Helper()
	var all []string
	err := d.control.LogHistory(d.Context(), id, 0, func(e events.Event) error {
		for _, l := range e.Data.(*events.Log).Lines {
			all = append(all, l.Message)
		}
		return nil
	})
	if err != nil {
		d.Fatal(err)
	}
	return all
}

func (d *deployment) file(id, name string) string {
	d.Helper()
	data, err := d.bucket.ReadAll(d.Context(), id+"/"+name)
	if err != nil {
		d.Fatal(err)
	}
	return string(data)
}

// executor is a running executor.
type executor struct {
	d       *deployment
	broker  *broker.Broker
	runner  *workflow.Runner
	metrics *prometheus.Registry
	queue   workflow.Queue
	cancel  context.CancelFunc
	ended   chan error
}

// setting changes how an executor of a test is made.
type setting func(*workflow.Config)

func with(list ...steps.Step) setting { return func(c *workflow.Config) { c.Steps = list } }

// start runs an executor with the steps of a whole task, unless settings say
// otherwise. It is stopped when the test ends.
func (d *deployment) start(slots int, settings ...setting) *executor {
	d.Helper()
	return d.startAt(d.server.URL(), slots, settings...)
}

func (d *deployment) startAt(url string, slots int, settings ...setting) *executor {
	d.Helper()
	x := d.prepareAt(url, slots, settings...)
	x.serve(slots)
	return x
}

func (d *deployment) prepare(slots int, settings ...setting) *executor {
	d.Helper()
	return d.prepareAt(d.server.URL(), slots, settings...)
}

func (d *deployment) prepareAt(url string, slots int, settings ...setting) *executor {
	d.Helper()
	x := &executor{d: d, broker: d.connect(url, slots), metrics: prometheus.NewRegistry(), ended: make(chan error, 1)}
	queue, err := x.broker.Queue(d.Context(), events.ConsumerExecutor)
	if err != nil {
		d.Fatal(err)
	}
	x.queue, x.runner = queue, workflow.New(d.config(x.broker, append(settings, func(c *workflow.Config) { c.Metrics = x.metrics })...))
	return x
}

func (x *executor) serve(slots int) {
	ctx, cancel := context.WithCancel(x.d.Context())
	x.cancel = cancel
	go func() { x.ended <- x.runner.Serve(ctx, x.queue, slots) }()
	x.d.Cleanup(x.stop)
}

func (d *deployment) config(b *broker.Broker, settings ...setting) workflow.Config {
	d.Helper()
	leases, err := lease.Open(d.Context(), b.JS())
	if err != nil {
		d.Fatal(err)
	}
	cfg := workflow.Config{
		Broker: b, Leases: leases, Bucket: d.bucket, Steps: wholeTask(),
		Connect: connection.NewResolver(map[string]string{"shop": secret, "narrow": narrow}).Resolve,
		OpenBusiness: func(context.Context, string, events.Language) (*pgxpool.Pool, error) {
			return nil, errors.New("no business database here")
		},
		Instance: "test", ScratchDir: d.TempDir(), TaskTimeout: time.Hour,
		StopGrace: 200 * time.Millisecond, Drain: 500 * time.Millisecond,
		Log: testkit.Log(d.T), Metrics: prometheus.NewRegistry(),
	}
	for _, s := range settings {
		s(&cfg)
	}
	return cfg
}

// stop is SIGTERM: the executor drains. It is idempotent.
func (x *executor) stop() {
	x.cancel()
	if err, ok := <-x.ended; ok {
		close(x.ended)
		if err != nil {
			x.d.Error(err)
		}
	}
}

// idle says that the executor works on nothing.
func (x *executor) idle() bool {
	x.d.Helper()
	families, err := x.metrics.Gather()
	if err != nil {
		x.d.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "datapipeline_executor_requests_running" {
			return f.GetMetric()[0].GetGauge().GetValue() == 0
		}
	}
	return false
}

// crash is SIGKILL as everybody else sees it: from this moment on the executor
// says nothing any more.
func (x *executor) crash() {
	x.broker.Conn().Close()
	x.cancel()
}

// step is a step of tests.
type step struct {
	name events.Step
	run  func(context.Context, *steps.Run) (steps.Result, error)
}

func (s step) Name() events.Step { return s.name }
func (s step) Run(ctx context.Context, r *steps.Run) (steps.Result, error) {
	return s.run(ctx, r)
}

// writes is a step that writes files and counts its runs.
func writes(name events.Step, files ...string) step {
	return step{name, func(_ context.Context, r *steps.Run) (steps.Result, error) {
		for _, f := range files {
			if err := r.Out.WriteFile(f, []byte("content of "+f)); err != nil {
				return steps.Result{}, err
			}
		}
		r.Progress(1, 1)
		return steps.Result{Data: map[string]any{"files": len(files)}}, nil
	}}
}

// waits is a step that says that it runs and waits until it has to stop.
func waits(name events.Step) (step, <-chan struct{}) {
	running := make(chan struct{}, 100)
	return step{name, func(ctx context.Context, r *steps.Run) (steps.Result, error) {
		running <- struct{}{}
		<-ctx.Done()
		return steps.Result{}, ctx.Err()
	}}, running
}

// gated is a step that says that it runs and then waits to be let through.
func gated(name events.Step) (s step, running <-chan struct{}, open func()) {
	entered, gate := make(chan struct{}, 100), make(chan struct{})
	s = step{name, func(ctx context.Context, r *steps.Run) (steps.Result, error) {
		entered <- struct{}{}
		select {
		case <-gate:
			return writes(name, string(name)+".txt").run(ctx, r)
		case <-ctx.Done():
			return steps.Result{}, ctx.Err()
		}
	}}
	return s, entered, sync.OnceFunc(func() { close(gate) })
}

// wholeTask is four small steps that read what those before left, as the real
// ones do: the third rewrites a file of the second in place.
func wholeTask() []steps.Step {
	qa := step{events.StepQA, func(_ context.Context, r *steps.Run) (steps.Result, error) {
		if _, err := fs.ReadFile(r.In, "t.ddl"); err != nil {
			return steps.Result{}, err
		}
		name := "qs_shop_" + r.Stamp() + "_pair.json"
		r.Log.Info("made pairs")
		return steps.Result{Data: map[string]any{"output_file": name, "total_questions": 2}},
			r.Out.WriteFile(name, []byte("good pair, bad pair"))
	}}
	validation := step{events.StepValidation, func(_ context.Context, r *steps.Run) (steps.Result, error) {
		names, err := fs.Glob(r.In, "*_pair.json")
		if err != nil || len(names) != 1 {
			return steps.Result{}, fmt.Errorf("pair files: %v, %w", names, err)
		}
		pairs, err := fs.ReadFile(r.In, names[0])
		if err != nil {
			return steps.Result{}, err
		}
		if string(pairs) != "good pair, bad pair" {
			return steps.Result{}, fmt.Errorf("the input is %q", pairs)
		}
		return steps.Result{
			Data:     map[string]any{"file_modification_stats": map[string]int{"deleted": 1}},
			Warnings: 1,
		}, errors.Join(r.Out.WriteFile(names[0], []byte("good pair")), r.Out.WriteFile(names[0]+".backup", pairs))
	}}
	load := step{events.StepLoad, func(_ context.Context, r *steps.Run) (steps.Result, error) {
		names, err := fs.Glob(r.In, "*_pair.json")
		if err != nil || len(names) != 1 {
			return steps.Result{}, fmt.Errorf("pair files: %v, %w", names, err)
		}
		pairs, err := fs.ReadFile(r.In, names[0])
		if err == nil && string(pairs) != "good pair" {
			err = fmt.Errorf("the input is %q", pairs)
		}
		return steps.Result{Data: map[string]any{"load_successful": true}}, err
	}}
	return []steps.Step{writes(events.StepDDL, "t.ddl", "t_detail.md"), qa, validation, load}
}

// checkFiles compares the bucket with the manifests of a completed task.
func (d *deployment) checkFiles(t projection.Task) {
	d.Helper()
	for name, f := range t.Files("") {
		if got := d.file(t.ID, name); int64(len(got)) != f.Size || sum(got) != f.SHA256 {
			d.Errorf("%s differs from its manifest", name)
		}
	}
}

// await waits for a signal.
func await(t *testing.T, signal <-chan struct{}) {
	t.Helper()
	select {
	case <-signal:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing happened for 30 s")
	}
}

func contains(lines []string, part string) bool {
	return strings.Contains(strings.Join(lines, "\n"), part)
}
