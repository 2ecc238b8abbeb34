package scan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/internal/kit/bucket"
)

// list returns the files of a folder of the bucket, by name. Folders below it
// and files that are still being written do not count.
func (s *Scanner) list(ctx context.Context, prefix string) ([]*blob.ListObject, error) {
	if prefix != "" {
		prefix += "/"
	}
	var found []*blob.ListObject
	for it := s.Bucket.List(&blob.ListOptions{Prefix: prefix, Delimiter: "/"}); ; {
		f, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list %q: %w", prefix, err)
		}
		if !f.IsDir && !strings.HasSuffix(f.Key, ".tmp") {
			found = append(found, f)
		}
	}
}

// changes returns the events that bring what is registered in line with what
// was found. A file whose size and time are as registered is not read again.
func (s *Scanner) changes(ctx context.Context, st state, found []*blob.ListObject) ([]events.Data, error) {
	var changes []events.Data
	left := map[string]bool{}
	for name := range st.outputs {
		left[name] = true
	}
	for _, f := range found {
		name := path.Base(f.Key)
		delete(left, name)
		if was, ok := st.outputs[name]; ok && was.Size == f.Size && was.ModifiedAt.Equal(f.ModTime) {
			continue
		}
		d, err := s.describe(ctx, st, f)
		if gcerrors.Code(err) == gcerrors.NotFound {
			continue // removed since it was listed; a later scan says so
		}
		if err != nil {
			return nil, err
		}
		if was, ok := st.outputs[name]; !ok || was.SHA256 != d.SHA256 || was.ExecutionID != d.ExecutionID {
			changes = append(changes, d)
		}
	}
	for _, name := range sorted(left) {
		changes = append(changes, &events.OutputRemoved{TaskID: st.task.ID, Request: st.task.RequestSeq, Name: name})
	}
	return changes, nil
}

func sorted(names map[string]bool) []string {
	list := make([]string, 0, len(names))
	for name := range names {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// describe reads a file for its hash.
func (s *Scanner) describe(ctx context.Context, st state, f *blob.ListObject) (*events.OutputRegistered, error) {
	r, err := s.Bucket.NewReader(ctx, f.Key, nil)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", f.Key, err)
	}
	hash := sha256.New()
	size, err := io.Copy(hash, r)
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("read %q: %w", f.Key, err)
	}
	name := path.Base(f.Key)
	return &events.OutputRegistered{
		TaskID: st.task.ID, Request: st.task.RequestSeq, ExecutionID: executionOf(st.task, name),
		File: events.File{Name: name, Size: size, SHA256: hex.EncodeToString(hash.Sum(nil))},
		Path: f.Key, FileType: FileType(name), Description: Describe(name, st.task.Request.Language),
		ModifiedAt: f.ModTime, IsPrimary: IsPrimary(name), IsDownloadable: size <= s.MaxDownload,
	}, nil
}

// executionOf is the newest execution whose manifest names a file.
func executionOf(t projection.Task, name string) string {
	all := events.Steps()
	slices.Reverse(all)
	for _, step := range all {
		s := t.Steps[step]
		if slices.ContainsFunc(s.Manifest, func(f events.File) bool { return f.Name == name }) {
			return s.ExecutionID
		}
	}
	return ""
}

// remove deletes the files of a deleted task: the whole folder where the
// folder is the task's own, else only what was registered, since a folder that
// somebody named may hold other things.
func (s *Scanner) remove(ctx context.Context, st state) error {
	prefix := st.task.Request.OutputPrefix
	if path.Base(prefix) == st.task.ID {
		return bucket.RemoveAll(ctx, s.Bucket, prefix+"/")
	}
	for _, o := range st.outputs {
		if err := s.Bucket.Delete(ctx, o.Path); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return fmt.Errorf("delete %q: %w", o.Path, err)
		}
	}
	return nil
}
