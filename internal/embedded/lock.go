package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// flock locks an open file or folder exclusively without waiting; ErrInUse
// when another descriptor holds it. The kernel drops it with the last copy of
// the descriptor, in whichever process that is.
func flock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrInUse
	}
	return err
}

// Abandoned reports that no process of ours and no server uses an embedded
// server's folder, so it may be removed. A folder that cannot be read is not
// reported.
func Abandoned(dir string) bool {
	for _, name := range []string{dir, filepath.Join(dir, "data")} {
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return false
		}
		err = flock(f)
		_ = f.Close() // gives the lock back
		if err != nil {
			return false
		}
	}
	return true
}
