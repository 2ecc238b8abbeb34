package httpapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/outputs"
	"github.com/citu/datapipeline/services/gateway/internal/read"
)

// Sizes of pages of files.
const (
	filePage    = 1000
	maxFilePage = 5000
)

// checkTime bounds a check of all files of a task.
const checkTime = 5 * time.Minute

// fileView is a registered file.
type fileView struct {
	Name           string    `json:"file_name"`
	Type           string    `json:"file_type"`
	Size           int64     `json:"file_size"`
	Hash           string    `json:"content_hash"` // SHA-256, hexadecimal
	Description    string    `json:"description"`
	ModifiedAt     time.Time `json:"modified_at"`
	IsPrimary      bool      `json:"is_primary"`
	IsDownloadable bool      `json:"is_downloadable"`
	ExecutionID    *string   `json:"execution_id"`
}

func (a *API) viewFile(f events.OutputRegistered) fileView {
	return fileView{
		Name: f.Name, Type: f.FileType, Size: f.Size, Hash: f.SHA256, Description: f.Description,
		ModifiedAt: stored(f.ModifiedAt), IsPrimary: f.IsPrimary,
		IsDownloadable: a.Reads.Downloads && a.fits(f), ExecutionID: orNull(f.ExecutionID),
	}
}

// fits says whether a file is small enough to be downloaded.
func (a *API) fits(f events.OutputRegistered) bool { return f.Size <= a.Reads.MaxDownload }

// byName are files in the order of their names.
func byName(files projection.Outputs) []events.OutputRegistered {
	return slices.SortedFunc(maps.Values(files), func(a, b events.OutputRegistered) int { return cmp.Compare(a.Name, b.Name) })
}

func (a *API) listFiles(c *fiber.Ctx) error {
	id, err := taskID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	p := q.paging(filePage, maxFilePage)
	if err := q.err(); err != nil {
		return err
	}
	task, files, err := a.Reads.Reader.Files(c.UserContext(), id)
	if err != nil {
		return err
	}
	page, err := read.Cut("files", byName(files), p, func(f events.OutputRegistered) string { return f.Name }, cmp.Compare[string])
	if err != nil {
		return err
	}
	data := listing("files", mapped(page, a.viewFile))
	data["scan_complete"] = task.ScanComplete
	return respond(c, fiber.StatusOK, done, data)
}

// integrityView is the data of a check of a task's files.
type integrityView struct {
	OK           bool            `json:"ok"` // nothing is missing, changed or unregistered
	ScanComplete bool            `json:"scan_complete"`
	Files        []outputs.Check `json:"files"`
	Unregistered []outputs.Stray `json:"unregistered"`
}

func (a *API) integrity(c *fiber.Ctx) error {
	id, err := taskID(c)
	if err != nil {
		return err
	}
	task, files, err := a.Reads.Reader.Files(c.UserContext(), id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(a.streaming, checkTime)
	defer cancel()
	checks, strays, err := a.Reads.Files.Check(ctx, task.Request.OutputPrefix, files)
	if err != nil {
		return fileFault(err)
	}
	wrong := slices.ContainsFunc(checks, func(c outputs.Check) bool { return c.Result != outputs.OK })
	return respond(c, fiber.StatusOK, done, integrityView{
		OK: !wrong && len(strays) == 0, ScanComplete: task.ScanComplete, Files: checks, Unregistered: strays,
	})
}

// fileFault is the refusal for an error of the file store.
func fileFault(err error) error {
	if _, ok := errors.AsType[*apierr.Error](err); ok {
		return err
	}
	return apierr.New(apierr.FilesUnavailable).After(10 * time.Second).Because(fmt.Errorf("file store: %w", err))
}
