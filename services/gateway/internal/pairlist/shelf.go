package pairlist

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/outputs"
)

const (
	// maxFile is the bytes of a file of pairs.
	maxFile = 64 << 20
	// maxKept is the bytes of the files whose pairs are kept.
	maxKept = 64 << 20
	// maxReads is how many files are read at once.
	maxReads = 2
)

var (
	errMalformed = errors.New("malformed file of pairs")
	errBusy      = errors.New("too many files of pairs are being read")
)

// Files reads the files of tasks; it is an outputs.Store.
type Files interface {
	Stat(ctx context.Context, f events.OutputRegistered) (outputs.Stat, error)
	Content(ctx context.Context, f events.OutputRegistered, limit int64, hashes ...string) (content []byte, hash string, err error)
}

// shelf reads files of pairs, few at once, and keeps those that were asked for
// last.
type shelf struct {
	files Files
	reads chan struct{} // holds one for each read that is going on

	mu   sync.Mutex
	kept []volume // the last used one last
}

// volume is a file as it was read. Its pairs are shared, and nobody changes them.
type volume struct {
	path, tag, hash string
	size            int64
	pairs           []events.Pair
}

func newShelf(files Files) *shelf { return &shelf{files: files, reads: make(chan struct{}, maxReads)} }

// pairs returns the pairs of a file whose SHA-256 is one of those given. It waits
// while others read, with ctx at most, and is then errBusy.
func (s *shelf) pairs(ctx context.Context, f events.OutputRegistered, hashes []string) ([]events.Pair, error) {
	stat, err := s.files.Stat(ctx, f)
	if err != nil {
		return nil, err
	}
	if list, ok := s.find(f.Path, stat.Tag, hashes); ok {
		return list, nil
	}
	select {
	case s.reads <- struct{}{}:
		defer func() { <-s.reads }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", errBusy, ctx.Err())
	}
	if list, ok := s.find(f.Path, stat.Tag, hashes); ok { // somebody else has read it
		return list, nil
	}
	return s.read(ctx, f, stat.Tag, hashes)
}

func (s *shelf) read(ctx context.Context, f events.OutputRegistered, tag string, hashes []string) ([]events.Pair, error) {
	content, hash, err := s.files.Content(ctx, f, maxFile, hashes...)
	if err != nil {
		return nil, err
	}
	v := volume{path: f.Path, tag: tag, hash: hash, size: int64(len(content))}
	if err := json.Unmarshal(content, &v.pairs); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errMalformed, f.Path, err)
	}
	s.keep(v)
	return v.pairs, nil
}

func (s *shelf) find(path, tag string, hashes []string) ([]events.Pair, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.kept, func(v volume) bool { return v.path == path && v.tag == tag && slices.Contains(hashes, v.hash) })
	if i < 0 {
		return nil, false
	}
	v := s.kept[i]
	s.kept = append(slices.Delete(s.kept, i, i+1), v)
	return v.pairs, true
}

// keep puts a file in the place of what it was before, and forgets those that
// nobody asked for longest.
func (s *shelf) keep(v volume) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(slices.DeleteFunc(s.kept, func(old volume) bool { return old.path == v.path }), v)
	var size int64
	for _, v := range s.kept {
		size += v.size
	}
	for size > maxKept {
		size -= s.kept[0].size
		s.kept = slices.Delete(s.kept, 0, 1)
	}
}
