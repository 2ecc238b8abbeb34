package files

import (
	"bytes"
	"io"
	"io/fs"
	"time"
)

// file is an open file of a view: its content is in memory.
type file struct {
	*bytes.Reader
	info info
}

func newFile(name string, data []byte) *file {
	return &file{Reader: bytes.NewReader(data), info: info{name: name, size: int64(len(data))}}
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

// dir is a view's only folder.
type dir struct {
	entries []fs.DirEntry
	offset  int
}

func (d *dir) Stat() (fs.FileInfo, error) { return info{name: ".", mode: fs.ModeDir | 0o555}, nil }
func (d *dir) Close() error               { return nil }
func (d *dir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: ".", Err: fs.ErrInvalid}
}

// ReadDir implements fs.ReadDirFile.
func (d *dir) ReadDir(n int) ([]fs.DirEntry, error) {
	rest := d.entries[d.offset:]
	if n > 0 && len(rest) == 0 {
		return nil, io.EOF
	}
	if n > 0 {
		rest = rest[:min(n, len(rest))]
	}
	d.offset += len(rest)
	return rest, nil
}

// info describes a file or the folder.
type info struct {
	name string
	size int64
	mode fs.FileMode
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }
func (i info) Mode() fs.FileMode {
	if i.mode == 0 {
		return 0o444
	}
	return i.mode
}
