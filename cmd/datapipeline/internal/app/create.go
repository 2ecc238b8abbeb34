package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/kit/seal"
)

const (
	// reachLimit bounds the wait for the broker before a task begins.
	reachLimit = 10 * time.Second
	// idTries is how many ids are tried where they are taken.
	idTries = 5
)

// seal encrypts the connection string for this process alone.
func (j *job) seal(connection string) error {
	identity, recipient, err := seal.NewIdentity()
	if err != nil {
		return err
	}
	sealer, err := seal.NewSealer(recipient)
	if err != nil {
		return err
	}
	j.cfg.SealIdentities = []string{identity}
	j.created.Request.Connection.Sealed, err = sealer.Seal([]byte(connection))
	return err
}

// makeFolder makes the folder of the output. One of the task's own must be new:
// two tasks of a second, that know nothing of each other, get different ids.
func (j *job) makeFolder() error {
	root := j.cfg.Bucket.URL
	err := os.MkdirAll(root, 0o755)
	for try := 0; err == nil && j.ownFolder; try++ {
		j.created.Request.OutputPrefix = j.created.TaskID
		j.created.Request.OutputDirectory = filepath.Join(root, j.created.TaskID)
		err = os.Mkdir(j.created.Request.OutputDirectory, 0o755)
		if err == nil || !errors.Is(err, fs.ErrExist) || try == idTries {
			break
		}
		err = nil
		j.rename()
	}
	if err != nil {
		return errors.New(j.lang.Sprintf("无法写入输出目录，请检查路径与权限：%v", "the output folder cannot be written; check the path and its permissions: %v", err))
	}
	return nil
}

// rename gives a task whose id is taken another one.
func (j *job) rename() {
	j.created.TaskID = events.NewTaskID(manual, j.created.CreatedAt, fmt.Sprintf("%04x", rand.IntN(1<<16)))
}

// create publishes the task, or a further request where its id is that of an
// earlier task run by hand into the same folder.
func (j *job) create(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	if err := j.broker.Prepare(ctx); err != nil {
		return err
	}
	err := j.publish(ctx, j.created, 0)
	for try := 0; errors.Is(err, broker.ErrConflict) && j.ownID && try < idTries; try++ {
		j.rename()
		if err := j.moveFolder(); err != nil {
			return err
		}
		err = j.publish(ctx, j.created, 0)
	}
	if errors.Is(err, broker.ErrConflict) {
		return j.goOn(ctx)
	}
	return err
}

// publish stores the request behind the task's last event.
func (j *job) publish(ctx context.Context, request events.TaskRequest, last uint64) (err error) {
	j.request, err = j.broker.PublishTask(ctx, events.New(manual, request), last)
	return err
}

// moveFolder makes the folder of a task that was renamed in place of the one
// before, which is empty.
func (j *job) moveFolder() error {
	if !j.ownFolder {
		return nil
	}
	if err := os.Remove(j.created.Request.OutputDirectory); err != nil {
		return fmt.Errorf("output folder: %w", err)
	}
	return j.makeFolder()
}

// goOn publishes a further request to the task that has the id already, where
// that is closed and was run by hand into the same folder.
func (j *job) goOn(ctx context.Context) error {
	last, err := j.broker.LastTaskSeq(ctx, j.created.TaskID)
	if err != nil {
		return err
	}
	task, err := j.broker.LoadTask(ctx, j.created.TaskID, projection.Task{})
	if err != nil {
		return err
	}
	r := task.Request
	if !task.Exists() || task.Open() || r.Runner != events.RunnerSelf || r.OutputDirectory != j.created.Request.OutputDirectory {
		return errors.New(j.lang.Sprintf("任务 ID %s 已被使用，请用 --task-id 指定其他 ID。", "the task id %s is taken; name another one with --task-id", j.created.TaskID))
	}
	return j.publish(ctx, &events.TaskExecutionRequested{TaskID: j.created.TaskID, Request: j.created.Request}, last)
}

// abandon closes a request that could not be carried out, unless somebody else
// closes it.
func (j *job) abandon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	last, err := j.broker.LastTaskSeq(ctx, j.created.TaskID)
	if err != nil {
		return err
	}
	task, err := j.broker.LoadTask(ctx, j.created.TaskID, projection.Task{})
	if err != nil || !task.Open() {
		return err
	}
	_, err = j.broker.PublishTask(ctx, events.New(manual, &events.TaskCancelRequested{TaskID: task.ID, Request: task.RequestSeq, Actor: manual}), last)
	return err
}
