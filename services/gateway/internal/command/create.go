package command

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/google/uuid"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/services/gateway/internal/trace"
)

// NewTask is a task to create.
type NewTask struct {
	// Actor is who asked.
	Actor string `json:"actor"`
	// Parameters are those of the caller, with secrets masked.
	Parameters json.RawMessage `json:"parameters"`
	// Request is the first request; Create fills in its outputs, its time zone,
	// its runner and its actor.
	Request events.Request `json:"request"`
	// OutputDir is the key prefix of the folder that gets the task's folder;
	// empty is the root.
	OutputDir string `json:"output_dir"`
}

// Created says which task was created.
type Created struct {
	TaskID          string    `json:"task_id"`
	CreatedAt       time.Time `json:"created_at"` // in the deployment's time zone
	OutputDirectory string    `json:"output_directory"`
	// Sequence is the request's place in the stream PIPELINE.
	Sequence uint64 `json:"sequence"`
}

// Create creates a task. Its id is that of the second in which it is created,
// or that with a suffix where it is taken.
func (c *Commands) Create(ctx context.Context, n NewTask) (Created, error) {
	for p := c.plan(ctx, n); ; p = p.again() {
		created, err := c.carryOut(ctx, p)
		if !errors.Is(err, broker.ErrConflict) || ctx.Err() != nil {
			return created, err
		}
	}
}

// plan is a creation that is decided on: carried out twice, it creates one
// task.
type plan struct {
	New     NewTask   `json:"new"`
	At      time.Time `json:"at"`
	Suffix  string    `json:"suffix"`
	EventID string    `json:"event_id"`
	// TraceParent is the trace of the call that decided.
	TraceParent string `json:"traceparent"`
}

func (c *Commands) plan(ctx context.Context, n NewTask) plan {
	now := time.Now().In(c.location)
	n.Request.UTCOffsetSeconds = c.offset(now)
	return plan{New: n, At: now, EventID: newEventID(), TraceParent: trace.Of(ctx)}
}

// again is the plan for another id.
func (p plan) again() plan {
	var suffix [2]byte
	_, _ = rand.Read(suffix[:]) // never fails
	p.Suffix, p.EventID = hex.EncodeToString(suffix[:]), newEventID()
	return p
}

func newEventID() string { return uuid.Must(uuid.NewV7()).String() }

// carryOut publishes the plan's event, which nothing may come before:
// broker.ErrConflict says that the id is another task's.
func (c *Commands) carryOut(ctx context.Context, p plan) (Created, error) {
	created := c.created(p)
	r := p.New.Request
	r.Runner, r.Actor = events.RunnerPool, p.New.Actor
	r.OutputPrefix = path.Join(p.New.OutputDir, created.TaskID)
	r.OutputDirectory = created.OutputDirectory
	e := events.Event{ID: p.EventID, Source: events.SourcePrefix + service, Time: p.At.UTC(), TraceParent: p.TraceParent, Data: &events.TaskCreated{
		TaskID: created.TaskID, TaskType: events.TaskTypeComplete, CreatedAt: p.At, CreatedBy: p.New.Actor,
		Parameters: p.New.Parameters, Request: r,
	}}
	var err error
	if created.Sequence, err = c.broker.PublishTask(ctx, e, 0); err != nil {
		return Created{}, fmt.Errorf("create task %s: %w", created.TaskID, err)
	}
	return created, nil
}

func (c *Commands) created(p plan) Created {
	id := events.NewTaskID("task", p.At.In(time.FixedZone("", p.New.Request.UTCOffsetSeconds)), p.Suffix)
	return Created{TaskID: id, CreatedAt: p.At, OutputDirectory: c.output.Directory(path.Join(p.New.OutputDir, id))}
}
