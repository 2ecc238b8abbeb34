package httpapi

import (
	"cmp"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
)

const (
	maxSearch = 128
	maxCursor = 1024
)

// connectionPage is the data of the list of named connections. They all fit on
// a page.
type connectionPage struct {
	Connections []events.NamedConnection `json:"connections"`
	NextCursor  *string                  `json:"next_cursor"`
	PrevCursor  *string                  `json:"prev_cursor"`
}

func (a *API) listConnections(c *fiber.Ctx) error {
	ctx, cancel := a.deadline(c)
	defer cancel()
	list, err := a.Catalogue.Connections(ctx)
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusOK, done, connectionPage{Connections: append([]events.NamedConnection{}, list.Connections...)})
}

// testConnection says what an executor found. A connection that does not work
// is an answer, not an error.
func (a *API) testConnection(c *fiber.Ctx) error {
	o, err := body(c)
	if err != nil {
		return err
	}
	q, err := a.readQuestion(c, o)
	if err != nil {
		return err
	}
	if err := o.Finish(); err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	test, err := a.Catalogue.Test(ctx, q)
	if err != nil {
		return err
	}
	if !test.OK {
		return respond(c, fiber.StatusOK, message{"无法使用该连接。", "The connection cannot be used."}, test)
	}
	return respond(c, fiber.StatusOK, message{"连接正常。", "The connection works."}, test)
}

// listTables lists a page of a business database's tables.
func (a *API) listTables(c *fiber.Ctx) error {
	o, err := body(c)
	if err != nil {
		return err
	}
	q, err := a.readQuestion(c, o)
	if err != nil {
		return err
	}
	q.Search, q.Cursor = o.Text("search", maxSearch), o.Text("cursor", maxCursor)
	q.Limit, _ = o.Integer("limit", 1, events.MaxTablePage)
	if err := o.Finish(); err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	page, err := a.Catalogue.Tables(ctx, q)
	if err != nil {
		return err
	}
	if page.Failure != nil {
		return cmp.Or(cursorRefused(*page.Failure, "/cursor"), connectionFailed(q, *page.Failure))
	}
	return respond(c, fiber.StatusOK, done, shownTables(page))
}

// readQuestion reads the connection and takes the language of the answer.
func (a *API) readQuestion(c *fiber.Ctx, o *jsonbody.Object) (events.Question, error) {
	conn, err := a.readConnection(o, true)
	return events.Question{Connection: conn.Connection, Language: language(c)}, err
}

// connectionFailed hands on what the executor says is wrong.
func connectionFailed(q events.Question, f events.Failure) error {
	at := "/db_connection"
	if q.Connection.Name != "" {
		at = "/connection_name"
	}
	e := apierr.New(apierr.ConnectionFailed)
	e.Details = []apierr.Detail{{Pointer: at, Type: apierr.Type(f.ErrorType), Text: f.Message}}
	return e
}

// cursorRefused says that a cursor is none of the list's, where that is what the
// executor says; nil where it is not.
func cursorRefused(f events.Failure, at string) error {
	if f.ErrorType != "cursor_invalid" {
		return nil
	}
	return apierr.Invalid(apierr.Detail{Pointer: at, Type: apierr.InvalidCursor})
}

// tablePage is the data of a list of tables.
type tablePage struct {
	Tables     []events.TableSummary `json:"tables"`
	NextCursor *string               `json:"next_cursor"`
	PrevCursor *string               `json:"prev_cursor"`
}

func shownTables(p events.TablePage) tablePage {
	page := tablePage{Tables: append([]events.TableSummary{}, p.Tables...)}
	if p.NextCursor != "" {
		page.NextCursor = &p.NextCursor
	}
	return page
}
