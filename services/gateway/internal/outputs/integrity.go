package outputs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"gocloud.dev/blob"
	"golang.org/x/sync/errgroup"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// The results of a check.
const (
	OK      = "ok"
	Missing = "missing" // registered, but not in the bucket
	Changed = "changed" // in the bucket with another size or content
)

// Check is what became of a registered file.
type Check struct {
	Name   string `json:"file_name"`
	Result string `json:"result"` // OK, Missing or Changed
	Size   int64  `json:"file_size"`
	Hash   string `json:"content_hash"` // SHA-256, hexadecimal
	// ActualSize and ActualHash are those of the bucket, null for Missing.
	ActualSize *int64  `json:"actual_size"`
	ActualHash *string `json:"actual_hash"`
}

// Stray is a file in a task's folder that is not registered.
type Stray struct {
	Name string `json:"file_name"`
	Size int64  `json:"file_size"`
}

// checkers is the number of files that are read at once.
const checkers = 4

// Check reads every registered file of a task and compares it with what was
// registered. Both lists are in the order of names. folder is the task's place
// in the bucket.
func (s *Store) Check(ctx context.Context, folder string, files projection.Outputs) ([]Check, []Stray, error) {
	names := slices.Sorted(maps.Keys(files))
	checks := make([]Check, len(names))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(checkers)
	for i, name := range names {
		group.Go(func() (err error) {
			if ctx.Err() != nil { // a local folder does not ask
				return context.Cause(ctx)
			}
			checks[i], err = s.check(ctx, files[name])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	strays, err := s.strays(ctx, folder, files)
	return checks, strays, err
}

func (s *Store) check(ctx context.Context, f events.OutputRegistered) (Check, error) {
	c := Check{Name: f.Name, Result: OK, Size: f.Size, Hash: f.SHA256}
	size, hash, err := s.hash(ctx, f)
	if _, ok := errors.AsType[*MissingError](err); ok {
		c.Result = Missing
		return c, nil
	}
	if err != nil {
		return Check{}, err
	}
	c.ActualSize, c.ActualHash = &size, &hash
	if size != f.Size || hash != f.SHA256 {
		c.Result = Changed
	}
	return c, nil
}

func (s *Store) hash(ctx context.Context, f events.OutputRegistered) (_ int64, _ string, err error) {
	r, err := s.Open(ctx, f, 0, -1)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	h := sha256.New()
	size, err := io.Copy(h, r)
	if err != nil {
		return 0, "", fmt.Errorf("read %s: %w", f.Path, err)
	}
	return size, hex.EncodeToString(h.Sum(nil)), nil
}

// strays lists what is in a folder and not registered. Files that are being
// written end in .tmp.
func (s *Store) strays(ctx context.Context, folder string, files projection.Outputs) ([]Stray, error) {
	known := map[string]bool{}
	for _, f := range files {
		known[f.Path] = true
	}
	strays := []Stray{}
	err := s.list(ctx, folder, func(o *blob.ListObject) {
		if !known[o.Key] && !strings.HasSuffix(o.Key, ".tmp") {
			strays = append(strays, Stray{Name: path.Base(o.Key), Size: o.Size})
		}
	})
	slices.SortFunc(strays, func(a, b Stray) int { return cmp.Compare(a.Name, b.Name) })
	return strays, err
}
