package workflow_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/workflow"
)

func single(r *events.Request) {
	r.ExecutionMode, r.Steps = events.ModeSingle, []events.Step{events.StepDDL}
}

func leaks() step {
	return step{events.StepDDL, func(_ context.Context, r *steps.Run) (steps.Result, error) {
		cause := errors.New("could not connect to " + secret)
		r.Log.Error(cause.Error(), zap.Error(cause), zap.String("password", password))
		return steps.Result{}, steps.Fail(events.ClassDatabase, "db_unreachable", "check "+secret, cause)
	}}
}

// TestWhatMakesATaskFail runs one step that goes wrong and reads the verdict.
func TestWhatMakesATaskFail(t *testing.T) {
	for _, c := range []struct {
		name   string
		run    func(context.Context, *steps.Run) (steps.Result, error)
		change func(*events.Request)
		want   events.Failure // without its message
		events []string       // between task.started and task.failed
	}{
		{
			name: "the step says why",
			run: func(context.Context, *steps.Run) (steps.Result, error) {
				return steps.Result{}, steps.Fail(events.ClassUser, "table_not_found", "no such table", nil)
			},
			want:   events.Failure{ErrorType: "table_not_found", ErrorClass: events.ClassUser, Step: events.StepDDL},
			events: []string{"step.started ddl_generation", "step.failed ddl_generation"},
		}, {
			name:   "the step does not say why",
			run:    func(context.Context, *steps.Run) (steps.Result, error) { return steps.Result{}, errors.New("odd") },
			want:   events.Failure{ErrorType: "internal_error", ErrorClass: events.ClassPlatform, Step: events.StepDDL},
			events: []string{"step.started ddl_generation", "step.failed ddl_generation"},
		}, {
			name:   "the step panics",
			run:    func(context.Context, *steps.Run) (steps.Result, error) { panic("nil pointer") },
			want:   events.Failure{ErrorType: "step_panicked", ErrorClass: events.ClassPlatform, Step: events.StepDDL},
			events: []string{"step.started ddl_generation", "step.failed ddl_generation"},
		}, {
			name: "a file is badly named",
			run: func(_ context.Context, r *steps.Run) (steps.Result, error) {
				return steps.Result{Data: struct{}{}}, r.Out.WriteFile("../outside", nil)
			},
			want:   events.Failure{ErrorType: "internal_error", ErrorClass: events.ClassPlatform, Step: events.StepDDL},
			events: []string{"step.started ddl_generation", "step.failed ddl_generation"},
		}, {
			name: "the time is up",
			run: func(ctx context.Context, _ *steps.Run) (steps.Result, error) {
				<-ctx.Done()
				return steps.Result{}, ctx.Err()
			},
			want:   events.Failure{ErrorType: "task_timeout", ErrorClass: events.ClassPlatform, Step: events.StepDDL},
			events: []string{"step.started ddl_generation", "step.failed ddl_generation"},
		}, {
			name:   "the connection has no such name",
			change: func(r *events.Request) { r.Connection.Name = "other" },
			want:   events.Failure{ErrorType: "connection_unknown", ErrorClass: events.ClassUser},
		}, {
			name:   "the sealed connection is not for this executor",
			change: func(r *events.Request) { r.Connection = events.Connection{Sealed: "c2VhbGVk"} },
			want:   events.Failure{ErrorType: "secret_unreadable", ErrorClass: events.ClassUser},
		}, {
			name:   "the step is not known",
			change: func(r *events.Request) { r.Steps = []events.Step{events.StepLoad} },
			want:   events.Failure{ErrorType: "step_unknown", ErrorClass: events.ClassPlatform},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, 1)
			d.start(1, with(step{events.StepDDL, c.run}), func(cfg *workflow.Config) {
				if c.want.ErrorType == "task_timeout" {
					cfg.TaskTimeout = 300 * time.Millisecond
				}
			})
			change := c.change
			if change == nil {
				change = func(*events.Request) {}
			}
			id := d.create(single, change)
			task := d.closed(id)
			if task.Status != projection.Failed {
				t.Fatalf("%s: %v", task.Status, d.history(id))
			}
			got := *task.Failure
			if got.Message == "" {
				t.Error("no message")
			}
			if got.Message = ""; got != c.want {
				t.Errorf("failure %+v, want %+v", got, c.want)
			}
			want := slices.Concat([]string{"task.created", "task.started"}, c.events, []string{"task.failed"})
			if got := d.history(id); !slices.Equal(got, want) {
				t.Errorf("history:\n%s", strings.Join(got, "\n"))
			}
			if result := d.file(id, "task_result.json"); !strings.Contains(result, `"success": false`) || !strings.Contains(result, `"message": "`) {
				t.Errorf("task_result.json: %s", result)
			}
			if !contains(d.logged(id), "The task failed ("+c.want.ErrorType+")") {
				t.Errorf("log: %v", d.logged(id))
			}
		})
	}
}

func TestAFailedStepEndsTheRequest(t *testing.T) {
	d := deploy(t, 1)
	bad := step{events.StepQA, func(context.Context, *steps.Run) (steps.Result, error) {
		return steps.Result{}, steps.Fail(events.ClassDatabase, "nothing_made", "nothing", nil)
	}}
	d.start(1, with(writes(events.StepDDL, "t.ddl"), bad, writes(events.StepValidation), writes(events.StepLoad)))
	task := d.closed(d.create())
	for name, want := range map[events.Step]projection.Status{
		events.StepDDL: projection.Completed, events.StepQA: projection.Failed,
		events.StepValidation: projection.Pending, events.StepLoad: projection.Pending,
	} {
		if got := task.Steps[name].Status; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestAStepWhoseInputWasTamperedWithFails(t *testing.T) {
	d := deploy(t, 1)
	reads, running, open := gated(events.StepQA)
	inner := reads.run
	reads.run = func(ctx context.Context, r *steps.Run) (steps.Result, error) {
		if res, err := inner(ctx, r); err != nil {
			return res, err
		}
		f, err := r.In.Open("t.ddl")
		if err == nil {
			_ = f.Close()
		}
		return steps.Result{Data: struct{}{}}, err
	}
	d.start(1, with(writes(events.StepDDL, "t.ddl"), reads))
	id := d.create(func(r *events.Request) { r.Steps = events.Steps()[:2] })
	await(t, running)
	if err := d.bucket.WriteAll(t.Context(), id+"/t.ddl", []byte("something else"), nil); err != nil {
		t.Fatal(err)
	}
	open()
	if task := d.closed(id); task.Failure == nil || task.Failure.ErrorType != "step_input_changed" {
		t.Errorf("%s, %+v", task.Status, task.Failure)
	}
}
