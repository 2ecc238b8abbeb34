// Package history remembers which tasks worked on which business database, so
// that a later one can build upon them. It is kept in the bucket beside the
// tasks' folders, one object per database and task:
//
//	.history/<SHA-256 of the database's identity>/<task>.json
//
// Nothing depends on it: what it lacks is done again.
package history

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/bucket"
)

const (
	root   = ".history/"
	suffix = ".json"
	// Kept is how many tasks of a database are remembered, those that were
	// remembered last.
	Kept = 20
)

// History is the memory of all databases. It is safe for concurrent use, by any
// number of processes: each task has an object of its own.
type History struct{ Bucket *blob.Bucket }

// folder is where the tasks of a database are; the identity, a host and a name,
// does not show.
func folder(identity string) string {
	sum := sha256.Sum256([]byte(identity))
	return root + hex.EncodeToString(sum[:]) + "/"
}

// Keep remembers a task of the database with that identity, in place of what
// was remembered of the task before, and forgets the oldest beyond Kept.
func (h History) Keep(ctx context.Context, identity string, e Entry) error {
	data, err := e.encode()
	if err != nil {
		return fmt.Errorf("remember %s: %w", e.TaskID, err)
	}
	if err := bucket.Put(ctx, h.Bucket, folder(identity)+e.TaskID+suffix, bytes.NewReader(data)); err != nil {
		return fmt.Errorf("remember %s: %w", e.TaskID, err)
	}
	return h.prune(ctx, folder(identity))
}

func (h History) prune(ctx context.Context, folder string) error {
	objects, err := h.list(ctx, folder)
	if err != nil {
		return err
	}
	slices.SortFunc(objects, func(a, b bucket.Object) int { return cmp.Or(b.ModTime.Compare(a.ModTime), cmp.Compare(b.Key, a.Key)) })
	for _, o := range objects[min(len(objects), Kept):] {
		if err := h.remove(ctx, o.Key); err != nil {
			return err
		}
	}
	return nil
}

// Before returns the tasks of a database that were created before the given
// one, the one with the newest request first. So what a task builds upon does
// not depend on itself, and no two tasks build upon each other.
//
// The error joins what could not be read; the entries hold the rest.
func (h History) Before(ctx context.Context, identity, taskID string, created time.Time) ([]Entry, error) {
	objects, err := h.list(ctx, folder(identity))
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	var entries []Entry
	var faults []error
	for _, o := range objects[max(0, len(objects)-2*Kept):] {
		e, err := h.read(ctx, o.Key)
		switch {
		case err != nil:
			faults = append(faults, err)
		case e.before(taskID, created):
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b Entry) int {
		return cmp.Or(b.RequestedAt.Compare(a.RequestedAt), cmp.Compare(b.TaskID, a.TaskID))
	})
	return entries, errors.Join(faults...)
}

// before says that the entry's task was created before another one.
func (e Entry) before(taskID string, created time.Time) bool {
	return cmp.Or(e.CreatedAt.Compare(created), cmp.Compare(e.TaskID, taskID)) < 0
}

func (h History) read(ctx context.Context, key string) (Entry, error) {
	r, err := h.Bucket.NewReader(ctx, key, nil)
	if err != nil {
		return Entry{}, fmt.Errorf("history: %w", err)
	}
	defer func() { _ = r.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return Entry{}, fmt.Errorf("history: %w", err)
	}
	e, err := decode(data)
	if err == nil && e.TaskID+suffix != path.Base(key) {
		err = fmt.Errorf("%w: it is of %s", ErrMalformed, e.TaskID)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("history: %s: %w", path.Base(key), err)
	}
	return e, nil
}

// list is bucket.List. In a folder that fails where a file vanishes under it,
// such as the unfinished one of another executor: then it looks again.
func (h History) list(ctx context.Context, prefix string) (objects []bucket.Object, err error) {
	for range 20 {
		objects, err = bucket.List(ctx, h.Bucket, prefix)
		if gcerrors.Code(err) != gcerrors.NotFound {
			break
		}
	}
	return objects, err
}

// Forget removes what is remembered of a task, of whatever database.
func (h History) Forget(ctx context.Context, taskID string) error {
	if !events.ValidTaskID(taskID) {
		return nil
	}
	objects, err := h.list(ctx, root)
	if err != nil {
		return fmt.Errorf("forget %s: %w", taskID, err)
	}
	var faults []error
	for _, o := range objects {
		if strings.HasSuffix(o.Key, "/"+taskID+suffix) {
			faults = append(faults, h.remove(ctx, o.Key))
		}
	}
	return errors.Join(faults...)
}

func (h History) remove(ctx context.Context, key string) error {
	if err := h.Bucket.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("history: %w", err)
	}
	return nil
}
