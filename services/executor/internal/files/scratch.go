package files

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/citu/datapipeline/events"
)

var (
	// ErrSealed says that the execution is over and takes no more files.
	ErrSealed = errors.New("the execution takes no more files")
	// ErrTooMany says that an execution leaves more files than an event names.
	ErrTooMany = fmt.Errorf("an execution leaves at most %d files", events.MaxFiles)
)

// Scratch takes the files of one execution in a folder that nobody else sees.
// It is a steps.Output.
type Scratch struct {
	dir string

	mu     sync.Mutex
	sealed bool
	files  map[string]events.File
}

// NewScratch makes a scratch folder in dir, which exists; empty is the
// system's folder of temporary files.
func NewScratch(dir string) (*Scratch, error) {
	path, err := os.MkdirTemp(dir, "execution-*")
	if err != nil {
		return nil, fmt.Errorf("scratch folder: %w", err)
	}
	return &Scratch{dir: path, files: map[string]events.File{}}, nil
}

// WriteFile keeps data under a plain file name; a later call replaces it.
// Errors wrap ErrName, ErrTooMany or ErrSealed, or come from the file system.
func (s *Scratch) WriteFile(name string, data []byte) error {
	return s.WriteFrom(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteFrom is WriteFile for what write writes, however much it is. It
// implements steps.Streamer.
func (s *Scratch) WriteFrom(name string, write func(io.Writer) error) error {
	if err := CheckName(name); err != nil {
		return err
	}
	part, file, err := s.writePart(name, write)
	if part != "" {
		defer func() { _ = os.Remove(part) }() // it was renamed, or is of no use
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sealed {
		return fmt.Errorf("write %s: %w", name, ErrSealed)
	}
	if _, again := s.files[name]; !again && len(s.files) >= events.MaxFiles {
		return fmt.Errorf("write %s: %w", name, ErrTooMany)
	}
	if err := os.Rename(part, filepath.Join(s.dir, name)); err != nil {
		return fmt.Errorf("write to scratch: %w", err)
	}
	s.files[name] = file
	return nil
}

// writePart writes a file beside the others and hashes it on the way.
func (s *Scratch) writePart(name string, write func(io.Writer) error) (path string, file events.File, err error) {
	f, err := os.CreateTemp(s.dir, ".part-*")
	if errors.Is(err, fs.ErrNotExist) {
		return "", file, fmt.Errorf("write %s: %w", name, ErrSealed) // the folder is removed
	}
	if err != nil {
		return "", file, fmt.Errorf("write to scratch: %w", err)
	}
	sum, size := sha256.New(), &counter{}
	err = write(io.MultiWriter(f, sum, size))
	if closeErr := f.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("write to scratch: %w", closeErr)
	}
	return f.Name(), events.File{Name: name, Size: size.n, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}

// counter counts bytes.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// Manifest names the files, in the order of their names.
func (s *Scratch) Manifest() []events.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.files), func(a, b events.File) int { return cmp.Compare(a.Name, b.Name) })
}

// Open opens a file of the scratch for reading.
func (s *Scratch) Open(name string) (*os.File, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	return os.Open(filepath.Join(s.dir, name))
}

// Drop refuses further files and removes the folder. It is idempotent.
func (s *Scratch) Drop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sealed = true
	return os.RemoveAll(s.dir)
}
