package httpapi

import (
	"cmp"
	"errors"
	"io"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/tablelist"
)

// tableList is an uploaded list as it is shown.
type tableList struct {
	Name       string    `json:"name"`
	Size       int64     `json:"size"`
	Tables     int       `json:"tables"`
	UploadedAt time.Time `json:"uploaded_at"`
}

func shownList(l tablelist.List) tableList {
	return tableList{Name: l.Name, Size: l.Bytes, Tables: l.Tables, UploadedAt: stored(l.UploadedAt)}
}

// uploadTableList takes a list as a form with a file, or as plain text with its
// name in the query. A list of the same name is replaced.
func (a *API) uploadTableList(c *fiber.Ctx) error {
	q := queryOf(c)
	name := q.text("name")
	if err := q.err(); err != nil {
		return err
	}
	name, text, err := upload(c, name)
	if err != nil {
		return err
	}
	if !tablelist.ValidName(name) {
		return apierr.Invalid(apierr.Detail{Pointer: "?name", Type: apierr.InvalidName})
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	l, err := a.TableLists.Put(ctx, name, text)
	if fault, ok := tableListFault(err); ok && fault.Type != apierr.TableListTooLarge {
		return apierr.Invalid(fault)
	}
	switch {
	case errors.Is(err, tablelist.ErrTooLarge):
		return apierr.New(apierr.BodyTooLarge).Because(err)
	case errors.Is(err, tablelist.ErrTooManyLists):
		return apierr.New(apierr.TooManyTableLists, tablelist.MaxLists)
	case err != nil:
		return err
	}
	return respond(c, fiber.StatusCreated, message{"表清单已保存。", "The table list is kept."}, shownList(l))
}

// upload reads the name and the text of a list; asked is its name in the query.
func upload(c *fiber.Ctx, asked string) (name, text string, err error) {
	switch mediaType(c) {
	case fiber.MIMETextPlain:
		return asked, string(c.BodyRaw()), nil
	case fiber.MIMEMultipartForm:
		return uploadedFile(c)
	}
	return "", "", apierr.New(apierr.UnsupportedMediaType, "multipart/form-data, text/plain")
}

// uploadedFile reads the form's file. The name in the query, or else in the field
// "name", comes before the file's own.
func uploadedFile(c *fiber.Ctx) (name, text string, err error) {
	header, err := c.FormFile("file")
	if err != nil {
		return "", "", apierr.Invalid(apierr.Detail{Pointer: "/file", Type: apierr.Required})
	}
	f, err := header.Open()
	if err != nil {
		return "", "", err
	}
	defer func() { _ = f.Close() }() // only read
	content, err := io.ReadAll(io.LimitReader(f, tablelist.MaxBytes+1))
	if err != nil {
		return "", "", err
	}
	return cmp.Or(c.FormValue("name"), header.Filename), string(content), nil
}

// tableListPage is the data of a list of table lists. They all fit on a page.
type tableListPage struct {
	TableLists []tableList `json:"table_lists"`
	NextCursor *string     `json:"next_cursor"`
	PrevCursor *string     `json:"prev_cursor"`
}

func (a *API) listTableLists(c *fiber.Ctx) error {
	ctx, cancel := a.deadline(c)
	defer cancel()
	all, err := a.TableLists.All(ctx)
	if err != nil {
		return err
	}
	page := tableListPage{TableLists: make([]tableList, 0, len(all))}
	for _, l := range all {
		page.TableLists = append(page.TableLists, shownList(l))
	}
	return respond(c, fiber.StatusOK, done, page)
}
