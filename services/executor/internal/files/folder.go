package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/bucket"
)

var (
	// ErrMissing says that the folder has no file of the name.
	ErrMissing = errors.New("no such file in the task's folder")
	// ErrTooLarge says that a file is larger than the reader takes.
	ErrTooLarge = errors.New("the file is larger than expected")
)

// Folder is a task's output in the bucket. It is safe for concurrent use.
type Folder struct {
	Bucket *blob.Bucket
	// Prefix is where the files are, without slashes at its ends; empty is the
	// bucket's root.
	Prefix string
}

func (f Folder) key(name string) string {
	if f.Prefix == "" {
		return name
	}
	return f.Prefix + "/" + name
}

// Put publishes a file whole: readers see its earlier content or all of the
// new one, and that survives a crash once Put has returned.
func (f Folder) Put(ctx context.Context, name string, content io.Reader) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if err := bucket.Put(ctx, f.Bucket, f.key(name), content); err != nil {
		return fmt.Errorf("publish %s: %w", name, err)
	}
	return nil
}

// putsAtOnce is how many files are published at a time: each waits for a disk
// or a network.
const putsAtOnce = 8

// PutAll publishes the files of a scratch: copies before all others, so that at
// no moment a file is changed and its earlier content gone.
func (f Folder) PutAll(ctx context.Context, s *Scratch) error {
	var copies, others []string
	for _, file := range s.Manifest() {
		if strings.HasSuffix(file.Name, BackupSuffix) {
			copies = append(copies, file.Name)
		} else {
			others = append(others, file.Name)
		}
	}
	if err := f.putEach(ctx, s, copies); err != nil {
		return err
	}
	return f.putEach(ctx, s, others)
}

func (f Folder) putEach(ctx context.Context, s *Scratch, names []string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(putsAtOnce)
	for _, name := range names {
		group.Go(func() error { return f.putOne(ctx, s, name) })
	}
	return group.Wait()
}

func (f Folder) putOne(ctx context.Context, s *Scratch, name string) error {
	content, err := s.Open(name)
	if err != nil {
		return fmt.Errorf("publish %s: %w", name, err)
	}
	defer func() { _ = content.Close() }() // only read
	return f.Put(ctx, name, content)
}

// Read returns a file's content. Errors wrap ErrMissing, or ErrTooLarge when it
// has more than limit bytes, or come from the bucket.
func (f Folder) Read(ctx context.Context, name string, limit int64) ([]byte, error) {
	r, err := f.Bucket.NewReader(ctx, f.key(name), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fmt.Errorf("read %s: %w", name, ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer func() { _ = r.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("read %s: %w", name, ErrTooLarge)
	}
	return data, nil
}

// Remove removes files by name. Those that are not there are passed over.
func (f Folder) Remove(ctx context.Context, names ...string) error {
	var faults []error
	for _, name := range names {
		err := CheckName(name)
		if err == nil {
			err = f.Bucket.Delete(ctx, f.key(name))
		}
		if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			faults = append(faults, fmt.Errorf("remove %s: %w", name, err))
		}
	}
	return errors.Join(faults...)
}

// List names the files that lie directly in the folder, with their sizes and
// without hashes.
func (f Folder) List(ctx context.Context) (map[string]events.File, error) {
	found := map[string]events.File{}
	root := f.key("")
	for it := f.Bucket.List(&blob.ListOptions{Prefix: root, Delimiter: "/"}); ; {
		object, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", f.Prefix, err)
		}
		name := strings.TrimPrefix(object.Key, root)
		if !object.IsDir && CheckName(name) == nil {
			found[name] = events.File{Name: name, Size: object.Size}
		}
	}
}

// RemoveAll removes the folder with what lies in it. The bucket's root is left
// alone.
func (f Folder) RemoveAll(ctx context.Context) error {
	if f.Prefix == "" {
		return nil
	}
	return bucket.RemoveAll(ctx, f.Bucket, f.key(""))
}
