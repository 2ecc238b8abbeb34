package httpapi

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
	"github.com/citu/datapipeline/services/gateway/internal/jsonbody"
)

// maxDocumentID is the length of a document's id.
const maxDocumentID = 128

// trainingRequest is the data of a deletion or restoration that was taken, or
// only thought through.
type trainingRequest struct {
	Scope  events.TrainingScope `json:"scope"`
	DryRun bool                 `json:"dry_run"`
	// Request is the stream sequence of the request, which the event that
	// answers it names; null for a dry run.
	Request *uint64 `json:"request"`
	// AtMost is how many documents the scope names, up to
	// events.MaxTrainingCount; null unless it is a dry run.
	AtMost *int `json:"documents_at_most"`
}

func (a *API) deleteTraining(c *fiber.Ctx) error {
	o, place, err := bodyOrQuery(c)
	if err != nil {
		return err
	}
	scope, reason, who := readScope(o), o.Text("reason", maxReason), readActor(c, o)
	dry := o.Bool("dry_run", false)
	if err := place(o.Finish()); err != nil {
		return err
	}
	if scope.Database, err = a.databaseOf(c, scope.Database, false); err != nil {
		return place(err)
	}
	if dry {
		return a.countTraining(c, scope)
	}
	m := message{"已接受删除请求，结果见 training.deleted 事件；30 天内可恢复。", "The deletion is accepted; the event training.deleted has its result. It can be restored for 30 days."}
	return a.requestTraining(c, m, scope, &events.TrainingDeleteRequested{TrainingScope: scope, Actor: who, Reason: reason, Language: language(c)})
}

func (a *API) restoreTraining(c *fiber.Ctx) error {
	o, err := body(c)
	if err != nil {
		return err
	}
	scope, reason, who := readScope(o), o.Text("reason", maxReason), readActor(c, o)
	if err := o.Finish(); err != nil {
		return err
	}
	if scope.Database, err = a.databaseOf(c, scope.Database, true); err != nil {
		return err
	}
	m := message{"已接受恢复请求，结果见 training.restored 事件。", "The restoration is accepted; the event training.restored has its result."}
	return a.requestTraining(c, m, scope, &events.TrainingRestoreRequested{TrainingScope: scope, Actor: who, Reason: reason, Language: language(c)})
}

func (a *API) requestTraining(c *fiber.Ctx, m message, scope events.TrainingScope, data events.Data) error {
	ctx, cancel := a.deadline(c)
	defer cancel()
	seq, err := a.Commands.RequestTraining(ctx, data)
	if err != nil {
		return err
	}
	return respond(c, fiber.StatusAccepted, m, trainingRequest{Scope: scope, Request: &seq})
}

// countTraining says how much a deletion would be about, and does nothing. What
// other tasks loaded too is counted with the task's, and stays.
func (a *API) countTraining(c *fiber.Ctx, scope events.TrainingScope) error {
	n := len(scope.IDs)
	if n == 0 {
		ctx, cancel := a.deadline(c)
		defer cancel()
		page, err := a.Catalogue.TrainingList(ctx, events.TrainingListing{
			Language: language(c), Database: scope.Database, TaskID: scope.TaskID, LoadID: scope.LoadID, Limit: 1})
		if err != nil {
			return err
		}
		if page.Failure != nil {
			return trainingFailed(*page.Failure)
		}
		n = page.Total
	}
	return respond(c, fiber.StatusOK, message{"仅试算，未删除任何数据。", "Only counted; nothing is deleted."}, trainingRequest{Scope: scope, DryRun: true, AtMost: &n})
}

// databaseOf is the identity of a database that may be given by its name alone,
// which has to stand for one database of what is there, or was deleted.
func (a *API) databaseOf(c *fiber.Ctx, database string, deleted bool) (string, error) {
	l := events.TrainingListing{Language: language(c), Database: database, Deleted: deleted, Limit: 1}
	if !l.ByName() {
		return database, nil
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	page, err := a.Catalogue.TrainingList(ctx, l)
	switch {
	case err != nil:
		return "", err
	case page.Failure != nil:
		return "", trainingFailed(*page.Failure)
	case len(page.Databases) == 0:
		return "", apierr.Invalid(apierr.Detail{Pointer: "/database", Type: apierr.UnknownDatabase, Params: []any{database}})
	case len(page.Databases) > 1:
		return "", apierr.Invalid(apierr.Detail{Pointer: "/database", Type: apierr.AmbiguousDatabase,
			Params: []any{database, strings.Join(page.Databases, ", ")}})
	}
	return page.Databases[0], nil
}

// readScope reads which training data is meant: exactly one of its members.
func readScope(o *jsonbody.Object) events.TrainingScope {
	s := events.TrainingScope{Database: strings.ToLower(o.Filled("database", maxTableName)), TaskID: o.Filled("task_id", maxName),
		LoadID: o.Filled("load_id", maxName), IDs: o.Words("ids", events.MaxTrainingIDs, maxDocumentID)}
	given := 0
	for _, name := range []string{"database", "task_id", "load_id", "ids"} {
		if o.Has(name) {
			given++
		}
	}
	if given != 1 {
		o.Fault("database", apierr.ExactlyOneScope)
	}
	if s.TaskID != "" && !events.ValidTaskID(s.TaskID) {
		o.Fault("task_id", apierr.InvalidTaskID)
	}
	if s.LoadID != "" && !events.ValidLoadID(s.LoadID) {
		o.Fault("load_id", apierr.InvalidLoadID)
	}
	if o.Has("ids") && s.IDs != nil && (len(s.IDs) == 0 || strings.Contains("\x00"+strings.Join(s.IDs, "\x00")+"\x00", "\x00\x00")) {
		o.Fault("ids", apierr.InvalidDocumentID)
	}
	return s
}

// bodyOrQuery reads what a body says, or, since not every client sends one with
// DELETE, the same members from the query; place makes faults point there.
func bodyOrQuery(c *fiber.Ctx) (o *jsonbody.Object, place func(error) error, err error) {
	asIs := func(err error) error { return err }
	q := queryOf(c)
	if len(q.values) == 0 {
		o, err := body(c)
		return o, asIs, err
	}
	if len(c.BodyRaw()) > 0 {
		return nil, asIs, apierr.New(apierr.BodyAndQuery)
	}
	members := map[string]any{}
	for name := range q.values {
		switch name {
		case "ids":
			members[name] = strings.Split(q.text(name), ",")
		case "dry_run":
			members[name] = q.flag(name)
		case "database", "task_id", "load_id", "reason", "actor":
			members[name] = q.text(name)
		}
	}
	if err := q.err(); err != nil {
		return nil, asIs, err
	}
	text, err := json.Marshal(members)
	if err != nil {
		return nil, asIs, err
	}
	o, err = jsonbody.Parse(text)
	return o, inQuery, err
}

// inQuery makes faults of members faults of query parameters.
func inQuery(err error) error {
	if e, ok := errors.AsType[*apierr.Error](err); ok {
		for i := range e.Details {
			if name, ok := strings.CutPrefix(e.Details[i].Pointer, "/"); ok {
				e.Details[i].Pointer = "?" + name
			}
		}
	}
	return err
}
