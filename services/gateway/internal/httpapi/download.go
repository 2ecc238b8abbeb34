package httpapi

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/outputs"
)

// contentTypes are those of the types of files.
var contentTypes = map[string]string{
	events.FileDDL:  "application/sql; charset=utf-8",
	events.FileMD:   "text/markdown; charset=utf-8",
	events.FileJSON: "application/json; charset=utf-8",
	events.FileLog:  "text/plain; charset=utf-8",
	events.FileTXT:  "text/plain; charset=utf-8",
}

func contentType(fileType string) string {
	if t, ok := contentTypes[fileType]; ok {
		return t
	}
	return fiber.MIMEOctetStream
}

// attachment is the Content-Disposition of a file (RFC 6266): its name as it is
// for those who know RFC 5987, and in ASCII for others.
func attachment(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, name)
	encoded := strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + encoded
}

func (a *API) download(c *fiber.Ctx) error {
	f, err := a.fileToDownload(c)
	if err != nil {
		return err
	}
	stat, err := a.Reads.Files.Stat(c.UserContext(), f)
	if err != nil {
		return missing(err)
	}
	if stat.Size > a.Reads.MaxDownload {
		return apierr.New(apierr.FileTooLarge, f.Name, stat.Size, a.Reads.MaxDownload)
	}
	tag := etag(f, stat)
	if notModified(c, tag) {
		describe(c, tag, stat)
		c.Status(fiber.StatusNotModified)
		return nil
	}
	part, err := wantedPart(c, tag, stat)
	if err != nil {
		c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(stat.Size, 10))
		return apierr.New(apierr.RangeNotSatisfiable, stat.Size)
	}
	return a.sendFile(c, f, stat, part)
}

// fileToDownload is the registered file that the address names.
func (a *API) fileToDownload(c *fiber.Ctx) (events.OutputRegistered, error) {
	id, err := taskID(c)
	if err != nil {
		return events.OutputRegistered{}, err
	}
	if !a.Reads.Downloads {
		return events.OutputRegistered{}, apierr.New(apierr.DownloadDisabled)
	}
	_, files, err := a.Reads.Reader.Files(c.UserContext(), id)
	if err != nil {
		return events.OutputRegistered{}, err
	}
	return a.registered(files, c.Params("name"))
}

// etag names a file's content; "" for one that is newer than what is known of
// it.
func etag(f events.OutputRegistered, stat outputs.Stat) string {
	if !stat.Registered {
		return ""
	}
	return `"` + f.SHA256 + `"`
}

// describe sets what is true of every answer about a file.
func describe(c *fiber.Ctx, tag string, stat outputs.Stat) {
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Set(fiber.HeaderLastModified, stat.ModifiedAt.UTC().Format(http.TimeFormat))
	if tag != "" {
		c.Set(fiber.HeaderETag, tag)
		c.Set(fiber.HeaderAcceptRanges, "bytes")
	}
}

// notModified says whether the caller has this very content.
func notModified(c *fiber.Ctx, tag string) bool {
	return tag != "" && slices.ContainsFunc(strings.Split(c.Get(fiber.HeaderIfNoneMatch), ","), func(s string) bool {
		s = strings.TrimPrefix(strings.TrimSpace(s), "W/")
		return s == tag || s == "*"
	})
}

// wantedPart is the part that the caller asks for, nil for all. A part of
// another content than the caller has (If-Range) is of no use to it.
func wantedPart(c *fiber.Ctx, tag string, stat outputs.Stat) (*byteRange, error) {
	if v := c.Get(fiber.HeaderIfRange); tag == "" || v != "" && v != tag {
		return nil, nil
	}
	return parseRange(c.Get(fiber.HeaderRange), stat.Size)
}

func (a *API) sendFile(c *fiber.Ctx, f events.OutputRegistered, stat outputs.Stat, part *byteRange) error {
	status, whole := fiber.StatusPartialContent, part == nil
	if whole {
		status, part = fiber.StatusOK, &byteRange{0, stat.Size}
	}
	content, err := a.Reads.Files.Open(a.streaming, f, part.offset, part.length)
	if err != nil {
		return missing(err)
	}
	describe(c, etag(f, stat), stat)
	if !whole {
		c.Set(fiber.HeaderContentRange, part.contentRange(stat.Size))
	}
	c.Set(fiber.HeaderContentType, contentType(f.FileType))
	c.Set(fiber.HeaderContentDisposition, attachment(f.Name))
	c.Status(status).Context().SetBodyStream(a.patient(c, content), int(part.length))
	return nil
}

// registered is a task's file of a name, if it may be downloaded.
func (a *API) registered(files projection.Outputs, name string) (events.OutputRegistered, error) {
	f, ok := files[name]
	switch {
	case !ok:
		return f, apierr.New(apierr.FileNotFound, name)
	case !a.fits(f):
		return f, apierr.New(apierr.FileTooLarge, name, f.Size, a.Reads.MaxDownload)
	}
	return f, nil
}

// missing is the refusal for an error about files.
func missing(err error) error {
	if gone, ok := errors.AsType[*outputs.MissingError](err); ok {
		return apierr.New(apierr.FileMissing, gone.Name).Because(err)
	}
	return fileFault(err)
}
