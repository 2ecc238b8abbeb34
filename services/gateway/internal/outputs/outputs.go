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

// ErrMissing: a registered file is not in the bucket.
var ErrMissing = errors.New("the file is not in the bucket")

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
}

// Stat looks a file up. Errors: ErrMissing.
func (s *Store) Stat(ctx context.Context, f events.OutputRegistered) (Stat, error) {
	a, err := s.bucket.Attributes(ctx, f.Path)
	if err != nil {
		return Stat{}, fault(f, err)
	}
	// Some stores keep whole seconds only.
	same := a.Size == f.Size && a.ModTime.Truncate(time.Second).Equal(f.ModifiedAt.Truncate(time.Second))
	return Stat{Size: a.Size, ModifiedAt: a.ModTime, Registered: same}, nil
}

// Open reads length bytes of a file from an offset; length -1 is all of the
// rest. The reading ends with ctx. Errors: ErrMissing.
func (s *Store) Open(ctx context.Context, f events.OutputRegistered, offset, length int64) (io.ReadCloser, error) {
	r, err := s.bucket.NewRangeReader(ctx, f.Path, offset, length, nil)
	if err != nil {
		return nil, fault(f, err)
	}
	return r, nil
}

func fault(f events.OutputRegistered, err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		return fmt.Errorf("%w: %s: %w", ErrMissing, f.Path, err)
	}
	return fmt.Errorf("read %s: %w", f.Path, err)
}
