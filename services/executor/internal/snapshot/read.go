package snapshot

import (
	"fmt"
	"io/fs"
)

// Read reads the snapshot that a task's first step left among its files. Errors
// wrap fs.ErrNotExist or ErrMalformed, or come from files.
func Read(files fs.FS) (*Snapshot, error) {
	data, err := fs.ReadFile(files, FileName)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue's snapshot: %w", err)
	}
	return Decode(data)
}
