// Package outputs reads the files of tasks from the bucket: one, a part of one,
// several as an archive, or all to see whether they are what was registered. A
// file is named by what was registered of it, never by what a caller wrote.
package outputs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/citu/datapipeline/events"
)

// MissingError says that a registered file is not in the bucket.
type MissingError struct {
	Name  string // of the file
	cause error
}

// Error names the file.
func (e *MissingError) Error() string { return "file " + e.Name + " is not in the bucket" }

// Unwrap returns the bucket's error.
func (e *MissingError) Unwrap() error { return e.cause }

// Store reads a bucket. It is safe for concurrent use.
type Store struct{ bucket *blob.Bucket }

// New makes a store of a bucket, which the caller closes.
func New(bucket *blob.Bucket) *Store { return &Store{bucket: bucket} }

// Stat is what is in the bucket of a registered file.
type Stat struct {
	Size       int64
	ModifiedAt time.Time
	// Registered says that size and time are those that were registered, so that
	// the hash is taken to be too. A file of a task that runs may be newer than
	// what is known of it.
	Registered bool
	// Tag differs wherever the content does: the bucket's entity tag.
	Tag string
}

// Stat looks a file up. Errors: *MissingError.
func (s *Store) Stat(ctx context.Context, f events.OutputRegistered) (Stat, error) {
	a, err := s.bucket.Attributes(ctx, f.Path)
	if err != nil {
		return Stat{}, fault(f, err)
	}
	// Some stores keep whole seconds only.
	same := a.Size == f.Size && a.ModTime.Truncate(time.Second).Equal(f.ModifiedAt.Truncate(time.Second))
	return Stat{Size: a.Size, ModifiedAt: a.ModTime, Registered: same, Tag: a.ETag}, nil
}

// Open reads length bytes of a file from an offset; length -1 is all of the
// rest. The reading ends with ctx. Errors: *MissingError.
func (s *Store) Open(ctx context.Context, f events.OutputRegistered, offset, length int64) (io.ReadCloser, error) {
	r, err := s.bucket.NewRangeReader(ctx, f.Path, offset, length, nil)
	if err != nil {
		return nil, fault(f, err)
	}
	return r, nil
}

// Present returns nil when all files are there, or a *MissingError. One listing of their folder answers for many files.
func (s *Store) Present(ctx context.Context, folder string, files []events.OutputRegistered) error {
	there := map[string]bool{}
	if err := s.list(ctx, folder, func(o *blob.ListObject) { there[o.Key] = true }); err != nil {
		return err
	}
	for _, f := range files {
		if there[f.Path] {
			continue
		}
		if _, err := s.Stat(ctx, f); err != nil { // it may lie elsewhere
			return err
		}
	}
	return nil
}

// list visits the files of a folder, without those below it.
func (s *Store) list(ctx context.Context, folder string, visit func(*blob.ListObject)) error {
	if folder != "" {
		folder += "/"
	}
	objects := s.bucket.List(&blob.ListOptions{Prefix: folder, Delimiter: "/"})
	for {
		o, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list %q: %w", folder, err)
		}
		if !o.IsDir {
			visit(o)
		}
	}
}

func fault(f events.OutputRegistered, err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		return &MissingError{Name: f.Name, cause: err}
	}
	return fmt.Errorf("read %s: %w", f.Path, err)
}
