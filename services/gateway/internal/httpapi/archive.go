package httpapi

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"
	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// archive sends a zip of the files that ?name= names, which may be repeated, or
// of all that may be downloaded.
func (a *API) archive(c *fiber.Ctx) error {
	id, err := taskID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	names := q.texts("name")
	if err := q.err(); err != nil {
		return err
	}
	if !a.Reads.Downloads {
		return apierr.New(apierr.DownloadDisabled)
	}
	task, files, err := a.Reads.Reader.Files(c.UserContext(), id)
	if err != nil {
		return err
	}
	chosen, comment, err := a.selection(files, names)
	if err != nil {
		return err
	}
	// An answer that has begun can only be cut off.
	if err := a.Reads.Files.Present(c.UserContext(), task.Request.OutputPrefix, chosen); err != nil {
		return missing(err)
	}
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderContentDisposition, attachment(id+".zip"))
	log, request := a.log, requestID(c)
	c.Context().SetBodyStream(a.patient(c, newWritten(func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 32<<10)
		err := errors.Join(a.Reads.Files.Archive(a.streaming, b, chosen, comment), b.Flush())
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			log.Error("archive cut off", zap.String("request_id", request), zap.Error(err))
		}
		return err
	})), -1)
	return nil
}

// selection returns the files of an archive, and a comment that names those
// that were left out as too large. A file that is named must be there.
func (a *API) selection(files projection.Outputs, names []string) ([]events.OutputRegistered, string, error) {
	var chosen []events.OutputRegistered
	if len(names) > 0 {
		wanted := projection.Outputs{}
		for _, name := range names {
			f, err := a.registered(files, name)
			if err != nil {
				return nil, "", err
			}
			wanted[f.Name] = f
		}
		return byName(wanted), "", nil
	}
	var left []string
	for _, f := range byName(files) {
		if a.fits(f) {
			chosen = append(chosen, f)
		} else {
			left = append(left, f.Name)
		}
	}
	if len(chosen) == 0 {
		return nil, "", apierr.New(apierr.NothingToArchive)
	}
	return chosen, leftOut(left), nil
}

// maxComment is the greatest length of the comment in a zip.
const maxComment = 1<<16 - 1

func leftOut(names []string) string {
	if len(names) == 0 {
		return ""
	}
	comment := "left out, since they are too large to be downloaded: " + strings.Join(names, ", ")
	return comment[:min(len(comment), maxComment)]
}
