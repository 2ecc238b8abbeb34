package workflow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/workflow"
)

// asks is a step that puts a number of questions to the model, as far as the
// budget goes.
func asks(name events.Step, questions int) step {
	return step{name, func(ctx context.Context, r *steps.Run) (steps.Result, error) {
		for i := range questions {
			p := llm.Prompt{Name: "q", Version: 1, User: fmt.Sprint(name, i), Schema: []byte(`{"type":"object"}`)}
			_, err := llm.Ask(ctx, r.Model, p, func(*struct{}) error { return nil })
			if err != nil && !errors.Is(err, llm.ErrBudget) && !errors.Is(err, llm.ErrNone) {
				return steps.Result{}, err
			}
		}
		return steps.Result{Data: map[string]any{"model_usage": r.Model.Usage()}}, nil
	}}
}

// asking is a setting: a task that asks, of a model with a budget of 940
// tokens, 150 of which every question takes.
func asking(t *testing.T, server *modelserver.Server) setting {
	t.Helper()
	client, err := llm.New(llm.Config{BaseURL: server.URL(), Key: modelserver.Key, Model: modelserver.Model, MaxTokens: 940}, llm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return func(c *workflow.Config) {
		c.Model = client
		c.Steps = []steps.Step{asks(events.StepDDL, 4), asks(events.StepQA, 10), asks(events.StepValidation, 1), asks(events.StepLoad, 1)}
	}
}

// The budget is the task's: whichever executor runs a step, it has what the
// steps before left.
func TestStepsShareTheBudgetOfTheirTask(t *testing.T) {
	d, server := deploy(t, 1), modelserver.New(t)
	qa, running, _ := gated(events.StepQA)
	first := d.start(1, asking(t, server), func(c *workflow.Config) { c.Steps[1] = qa })
	id := d.create()
	await(t, running)
	first.crash()
	d.start(1, asking(t, server))
	task := d.closed(id)
	if task.Status != projection.Completed {
		t.Fatalf("%s: %+v", task.Status, task.Failure)
	}
	if n := len(server.Requests()); n != 6 {
		t.Errorf("%d questions", n)
	}
	if got := string(task.Steps[events.StepQA].Result); !contains([]string{got}, `"budget_exhausted":true`) || !contains([]string{got}, `"prompt_tokens":200`) {
		t.Errorf("qa_generation: %s", got)
	}
}

// A task that waits for its endpoint says so in its log, in its language.
func TestATaskTellsThatItWaitsForTheModel(t *testing.T) {
	d, server := deploy(t, 1), modelserver.New(t)
	server.Fault(modelserver.RateLimited("20"))
	client, err := llm.New(llm.Config{BaseURL: server.URL(), Key: modelserver.Key, Model: modelserver.Model},
		llm.Options{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	d.start(1, asking(t, server), func(c *workflow.Config) { c.Model = client })
	id := d.create(func(r *events.Request) { r.Language = events.Chinese })
	if task := d.closed(id); task.Status != projection.Completed {
		t.Fatalf("%s: %+v", task.Status, task.Failure)
	}
	if lines := d.logged(id); !contains(lines, "模型暂时无法使用（HTTP 429：请求过多），20 秒后重试") {
		t.Errorf("%q", lines)
	}
}

func TestATaskMayDoWithoutTheModel(t *testing.T) {
	d, server := deploy(t, 1), modelserver.New(t)
	d.start(1, asking(t, server))
	task := d.closed(d.create(func(r *events.Request) { r.Options.DisableModel = true }))
	if task.Status != projection.Completed || len(server.Requests()) > 0 {
		t.Errorf("%s after %d questions", task.Status, len(server.Requests()))
	}
	if got := string(task.Steps[events.StepDDL].Result); got != `{"model_usage":null}` {
		t.Errorf("result %s", got)
	}
}
