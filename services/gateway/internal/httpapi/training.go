package httpapi

import (
	"cmp"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// trainingRecord is a document of the vector store. What is not known is null.
type trainingRecord struct {
	ID            string     `json:"id"`
	Kind          string     `json:"kind"`
	Collection    string     `json:"collection"`
	Text          string     `json:"text"`
	Truncated     bool       `json:"truncated"`
	Question      *string    `json:"question"`
	SQL           *string    `json:"sql"`
	Database      *string    `json:"database"`
	TaskIDs       []string   `json:"task_ids"`
	TaskID        *string    `json:"task_id"`
	LoadID        *string    `json:"load_id"`
	File          *string    `json:"file"`
	Tables        []string   `json:"tables"`
	SchemaVersion *string    `json:"schema_version"`
	PairID        *string    `json:"pair_id"`
	Verdict       *string    `json:"verdict"`
	LoadedAt      *time.Time `json:"loaded_at"`
	DeletedAt     *time.Time `json:"deleted_at"`
	Reason        *string    `json:"reason"`
}

func viewRecord(r events.TrainingRecord) trainingRecord {
	return trainingRecord{
		ID: r.ID, Kind: r.Kind, Collection: r.Collection, Text: r.Text, Truncated: r.Truncated,
		Question: orNull(r.Question), SQL: orNull(r.SQL), Database: orNull(r.Database),
		TaskIDs: append([]string{}, r.TaskIDs...), TaskID: orNull(r.TaskID), LoadID: orNull(r.LoadID), File: orNull(r.File),
		Tables: append([]string{}, r.Tables...), SchemaVersion: orNull(r.SchemaVersion), PairID: orNull(r.PairID), Verdict: orNull(r.Verdict),
		LoadedAt: storedOrNull(r.LoadedAt), DeletedAt: storedOrNull(r.DeletedAt), Reason: orNull(r.Reason),
	}
}

// trainingPage is the data of a list of training data.
type trainingPage struct {
	Records    []trainingRecord `json:"records"`
	Total      int              `json:"total"`
	NextCursor *string          `json:"next_cursor"`
	PrevCursor *string          `json:"prev_cursor"`
}

func (a *API) listTraining(c *fiber.Ctx) error {
	q := queryOf(c)
	l := events.TrainingListing{
		Language: language(c), Database: q.text("database"), TaskID: q.text("task_id"), LoadID: q.text("load_id"),
		Search: q.text("q"), Deleted: q.flag("deleted"), Limit: q.number("limit", pageSize, 1, events.MaxTrainingPage), Cursor: q.text("cursor"),
	}
	if kinds := choices(q, "kind", []string{events.TrainingSQL, events.TrainingDDL, events.TrainingDocumentation}); len(kinds) == 1 {
		l.Kind = kinds[0]
	} else if len(kinds) > 1 {
		q.fault("kind", apierr.TooMany, 1)
	}
	if l.TaskID != "" && !events.ValidTaskID(l.TaskID) {
		q.fault("task_id", apierr.InvalidTaskID)
	}
	if err := q.err(); err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	page, err := a.Catalogue.TrainingList(ctx, l)
	if err != nil {
		return err
	}
	if page.Failure != nil {
		return cmp.Or(cursorRefused(*page.Failure, "?cursor"), trainingFailed(*page.Failure))
	}
	data := trainingPage{Records: make([]trainingRecord, len(page.Records)), Total: page.Total, NextCursor: orNull(page.NextCursor)}
	for i, r := range page.Records {
		data.Records[i] = viewRecord(r)
	}
	return respond(c, fiber.StatusOK, done, data)
}

// trainingMatch is a document that a question would retrieve.
type trainingMatch struct {
	trainingRecord
	Rank  int     `json:"rank"`
	Score float64 `json:"score"`
}

// trainingMatches is the data of a retrieval.
type trainingMatches struct {
	Embedder string                 `json:"embedder"`
	Matches  []trainingMatch        `json:"matches"`
	Tables   []events.TrainingTable `json:"tables"`
}

func (a *API) retrieveTraining(c *fiber.Ctx) error {
	o, err := body(c)
	if err != nil {
		return err
	}
	o.Require("question")
	q := events.TrainingQuery{Language: language(c), Question: o.Filled("question", events.MaxQuestion), Database: o.Filled("database", maxTableName)}
	q.TopK, _ = o.Integer("top_k", 1, events.MaxTopK)
	if err := o.Finish(); err != nil {
		return err
	}
	ctx, cancel := a.deadline(c)
	defer cancel()
	found, err := a.Catalogue.TrainingRetrieve(ctx, q)
	if err != nil {
		return err
	}
	if found.Failure != nil {
		return trainingFailed(*found.Failure)
	}
	data := trainingMatches{Embedder: found.Embedder, Matches: make([]trainingMatch, len(found.Matches)), Tables: append([]events.TrainingTable{}, found.Tables...)}
	for i, m := range found.Matches {
		data.Matches[i] = trainingMatch{viewRecord(m.TrainingRecord), m.Rank, m.Score}
	}
	return respond(c, fiber.StatusOK, done, data)
}

// trainingFailed hands on what the executor says is wrong: the caller's fault,
// or that of the vector store.
func trainingFailed(f events.Failure) error {
	e := apierr.New(apierr.TrainingUnavailable).After(10 * time.Second)
	if f.ErrorClass == events.ClassUser {
		e = apierr.New(apierr.TrainingRefused)
	}
	e.Details = []apierr.Detail{{Type: apierr.Type(f.ErrorType), Text: f.Message}}
	return e
}
