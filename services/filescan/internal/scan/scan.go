// Package scan brings what is registered of a task's output in line with what
// lies in the bucket.
package scan

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
	"gocloud.dev/blob"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/bucket"
)

// source is the service's name in events.
const source = "filescan"

// Scanner scans tasks. It holds no state of its own, so its methods are safe
// for concurrent use; of two scans of one task one wins and the other looks
// again.
type Scanner struct {
	Broker *broker.Broker
	Bucket *blob.Bucket
	Log    *zap.Logger
	// MaxDownload is the size in bytes above which a file is registered as not
	// downloadable.
	MaxDownload int64
	// SweepAge is how old an unfinished file is at least that a killed executor
	// left and the end of a request removes.
	SweepAge time.Duration
	// Runner is whose tasks are scanned: events.RunnerPool or RunnerSelf. The
	// files of a task that its own program runs are in that program's bucket.
	Runner string
}

// state is all that the stream says of a task.
type state struct {
	task       projection.Task
	outputs    projection.Outputs
	lastOutput uint64 // sequence of the newest output event
}

// Task registers what changed in a task's output. After the end of a request
// it first writes the task's log file, and says at last that all is
// registered. The files of a deleted task are removed. A task that is not
// known (any more) is passed over.
//
// It may be repeated at any time. It returns when the work is done, ctx ended
// or the bucket failed.
func (s *Scanner) Task(ctx context.Context, taskID string) error {
	for {
		err := s.once(ctx, taskID)
		if !errors.Is(err, broker.ErrConflict) {
			return err
		}
		s.Log.Debug("another scan was faster; looking again", zap.String("task_id", taskID))
	}
}

func (s *Scanner) once(ctx context.Context, taskID string) error {
	st, err := s.load(ctx, taskID)
	if err != nil {
		return fmt.Errorf("scan %s: %w", taskID, err)
	}
	switch {
	case st.task.Request.Runner != s.Runner:
	case st.task.Deleted:
		err = s.remove(ctx, st)
	case st.task.Exists():
		err = s.register(ctx, st)
	}
	if err != nil {
		return fmt.Errorf("scan %s: %w", taskID, err)
	}
	return nil
}

func (s *Scanner) load(ctx context.Context, taskID string) (state, error) {
	var st state
	err := s.Broker.History(ctx, taskID, 0, func(e events.Event) error {
		st.task = projection.Apply(st.task, e)
		if _, gone := e.Data.(*events.TaskDeleted); !gone { // what was registered is needed to remove it
			st.outputs = projection.ApplyOutput(st.outputs, e)
		}
		switch e.Data.(type) {
		case *events.OutputRegistered, *events.OutputRemoved, *events.OutputScanned:
			st.lastOutput = e.Sequence
		}
		return nil
	})
	return st, err
}

// register publishes the differences, each by compare-and-set behind the one
// before.
func (s *Scanner) register(ctx context.Context, st state) error {
	ends := st.task.RequestClosed && !st.task.ScanComplete
	if ends {
		if err := s.tidy(ctx, st.task); err != nil {
			return err
		}
	}
	found, err := s.list(ctx, st.task.Request.OutputPrefix)
	if err != nil {
		return err
	}
	changes, err := s.changes(ctx, st, found)
	if err != nil {
		return err
	}
	if ends {
		changes = append(changes, scanned(st.task, found))
	}
	all := make([]events.Event, len(changes))
	for i, d := range changes {
		all[i] = events.New(source, d)
	}
	_, err = s.Broker.PublishOutputs(ctx, all, st.lastOutput)
	return err
}

// tidy removes what was never finished and writes the task's log file. In a
// folder that is not the task's own nothing is removed.
func (s *Scanner) tidy(ctx context.Context, t projection.Task) error {
	if t.Request.OutputPrefix != "" {
		if _, err := bucket.Sweep(ctx, s.Bucket, t.Request.OutputPrefix+"/", s.SweepAge); err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
	}
	return s.writeLog(ctx, t)
}

func scanned(t projection.Task, found []*blob.ListObject) events.Data {
	d := &events.OutputScanned{TaskID: t.ID, Request: t.RequestSeq, Files: len(found)}
	for _, f := range found {
		d.Bytes += f.Size
	}
	return d
}
