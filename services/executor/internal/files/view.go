package files

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// View is what a step may read: the files of a folder that manifests name, each
// with the content that its manifest promises. Where a file was rewritten in
// place and its copy (see BackupSuffix) has that content, the copy is read.
//
// It is an fs.FS whose errors hold a *steps.Error: step_input_missing or
// step_input_changed. Reads end with the context that the view was made with.
type View struct {
	ctx      context.Context // of one execution: fs.FS has no place for it
	folder   Folder
	manifest map[string]events.File
	language events.Language
}

// NewView makes the view of the files in a manifest. A file without a hash is
// taken as it is.
func NewView(ctx context.Context, folder Folder, manifest map[string]events.File, language events.Language) *View {
	return &View{ctx: ctx, folder: folder, manifest: manifest, language: language}
}

// Open implements fs.FS.
func (v *View) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if name == "." {
		return &dir{entries: v.entries()}, nil
	}
	data, err := v.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return newFile(name, data), nil
}

// ReadFile implements fs.ReadFileFS.
func (v *View) ReadFile(name string) ([]byte, error) {
	want, ok := v.manifest[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	data, err := v.read(want)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return data, nil
}

// ReadDir implements fs.ReadDirFS; "." is the only folder.
func (v *View) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	return v.entries(), nil
}

func (v *View) entries() []fs.DirEntry {
	var entries []fs.DirEntry
	for _, f := range slices.SortedFunc(maps.Values(v.manifest), func(a, b events.File) int { return cmp.Compare(a.Name, b.Name) }) {
		entries = append(entries, fs.FileInfoToDirEntry(info{name: f.Name, size: f.Size}))
	}
	return entries
}

// read returns the content that the manifest promises.
func (v *View) read(want events.File) ([]byte, error) {
	data, err := v.folder.Read(v.ctx, want.Name, want.Size)
	if err == nil && matches(data, want) {
		return data, nil
	}
	if err != nil && !errors.Is(err, ErrMissing) && !errors.Is(err, ErrTooLarge) {
		return nil, err
	}
	backup, backupErr := v.folder.Read(v.ctx, want.Name+BackupSuffix, want.Size)
	if backupErr == nil && want.SHA256 != "" && matches(backup, want) {
		return backup, nil
	}
	return nil, v.refuse(want.Name, err)
}

func (v *View) refuse(name string, cause error) *steps.Error {
	if errors.Is(cause, ErrMissing) {
		return steps.Fail(events.ClassUser, "step_input_missing", v.language.Sprintf(
			"缺少文件 %s：请先重新执行生成它的步骤。", "The file %s is missing: run the step that makes it again first.", name), cause)
	}
	return steps.Fail(events.ClassUser, "step_input_changed", v.language.Sprintf(
		"文件 %s 在生成之后被修改：请恢复该文件，或重新执行生成它的步骤。",
		"The file %s was changed after it was made: restore it, or run the step that makes it again.", name), cause)
}

func matches(data []byte, want events.File) bool {
	sum := sha256.Sum256(data)
	return want.SHA256 == "" || int64(len(data)) == want.Size && hex.EncodeToString(sum[:]) == want.SHA256
}
