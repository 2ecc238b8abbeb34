package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	homePrefix = "datapipeline-executor-"
	// homeAge keeps a sweep off a folder that its owner has not locked yet.
	homeAge = time.Minute
)

// Home is a process's folder for files in the making. It is locked for as long
// as the process lives, so that a later one can tell what a killed one left.
type Home struct {
	Dir  string
	lock *os.File
}

// NewHome makes a folder below parent, empty for the system's folder of
// temporary files, and removes there what killed processes left more than a
// minute ago: it may hold samples of business data. The caller closes it.
func NewHome(parent string) (*Home, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	if err := sweep(parent); err != nil {
		return nil, fmt.Errorf("scratch folder: %w", err)
	}
	dir, err := os.MkdirTemp(parent, homePrefix+"*")
	if err != nil {
		return nil, fmt.Errorf("scratch folder: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("scratch folder: %w", err), os.RemoveAll(dir))
	}
	return &Home{Dir: dir, lock: lock}, nil
}

// Close removes the folder.
func (h *Home) Close() error {
	return errors.Join(os.RemoveAll(h.Dir), h.lock.Close())
}

// sweep removes the folders that nobody has locked.
func sweep(parent string) error {
	found, err := filepath.Glob(filepath.Join(parent, homePrefix+"*"))
	if err != nil {
		return err
	}
	var faults []error
	for _, dir := range found {
		faults = append(faults, sweepOne(dir))
	}
	return errors.Join(faults...)
}

func sweepOne(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || time.Since(info.ModTime()) < homeAge {
		return nil //nolint:nilerr // another process was faster
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil //nolint:nilerr // somebody works there, or it is another user's
	}
	return errors.Join(os.RemoveAll(dir), lock.Close())
}

// lockFolder fails when another process has the lock.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", dir, err), f.Close())
	}
	return f, nil
}
