package outputs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/citu/datapipeline/events"
)

var (
	// ErrChanged says that a file is not what was said of it: it is being
	// written anew, or somebody changed it.
	ErrChanged = errors.New("the file has changed")
	// ErrTooLarge says that a file is larger than its reader takes.
	ErrTooLarge = errors.New("the file is too large")
)

// Content returns a file of at most limit bytes with its SHA-256, hexadecimal,
// which is one of those that are given. Errors: *MissingError, ErrChanged, ErrTooLarge.
func (s *Store) Content(ctx context.Context, f events.OutputRegistered, limit int64, hashes ...string) (content []byte, hash string, err error) {
	r, err := s.Open(ctx, f, 0, -1)
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	content, err = io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("read %s: %w", f.Path, err)
	case int64(len(content)) > limit:
		return nil, "", fmt.Errorf("read %s: %w: more than %d bytes", f.Path, ErrTooLarge, limit)
	}
	sum := sha256.Sum256(content)
	hash = hex.EncodeToString(sum[:])
	if !slices.Contains(hashes, hash) {
		return nil, "", fmt.Errorf("read %s: %w", f.Path, ErrChanged)
	}
	return content, hash, nil
}
