package training

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps"
	"github.com/citu/datapipeline/services/executor/internal/text"
	"github.com/citu/datapipeline/services/executor/internal/vector"
)

// maxPageBytes keeps an answer within what a message may hold, of which each
// byte of text may take several.
const maxPageBytes = 256 << 10

// maxFilter bounds every filter of a listing, in bytes.
const maxFilter = 512

// List returns a page of training data. Errors are ctx's, or *steps.Error:
// question_invalid, cursor_invalid, or one about the store.
func (d *Data) List(ctx context.Context, q events.TrainingListing) (page events.TrainingPage, err error) {
	page.Records = []events.TrainingRecord{}
	after, err := check(q)
	if err != nil {
		return page, err
	}
	filter := vector.Filter{Collections: d.collections(q.Kind), Database: q.Database, TaskID: q.TaskID, LoadID: q.LoadID, Search: q.Search, Deleted: q.Deleted}
	limit := q.Limit
	if limit == 0 {
		limit = events.MaxTrainingPage
	}
	err = d.with(ctx, q.Language, func(s *vector.Store) error {
		list, more, err := s.List(ctx, filter, after, limit)
		if err != nil {
			return err
		}
		d.fill(&page, list, more)
		if page.Total, err = s.Count(ctx, filter, events.MaxTrainingCount); err != nil || !q.ByName() {
			return err
		}
		page.Databases, err = s.Databases(ctx, filter, events.MaxTrainingDatabases)
		return err
	})
	return page, err
}

// cursorMark begins what a cursor holds: those of other lists are none of ours.
const cursorMark = "training "

// check refuses what is out of bounds, and returns the id that a cursor holds.
func check(q events.TrainingListing) (after string, err error) {
	lang := q.Language
	if q.Limit < 0 || q.Limit > events.MaxTrainingPage {
		return "", invalid(lang, "limit 必须在 1 到 %d 之间", "limit must be from 1 to %d", events.MaxTrainingPage)
	}
	if !validKind(q.Kind) {
		return "", invalid(lang, "kind 必须是 sql、ddl 或 documentation", "kind must be sql, ddl or documentation")
	}
	for name, value := range map[string]string{"database": q.Database, "task_id": q.TaskID, "load_id": q.LoadID, "search": q.Search} {
		if len(value) > maxFilter || !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
			return "", invalid(lang, "%s 不是有效文本，或超过 %d 字节", "%s is no valid text, or has more than %d bytes", name, maxFilter)
		}
	}
	place, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	id, own := strings.CutPrefix(string(place), cursorMark)
	if err != nil || q.Cursor != "" && !own || len(id) > maxFilter || !utf8.ValidString(id) {
		return "", steps.Fail(events.ClassUser, "cursor_invalid", lang.Pick("分页游标无效：请从第一页重新查询。", "The cursor is not valid: begin with the first page again."), err)
	}
	return id, nil
}

// fill takes records until the page is full.
func (d *Data) fill(page *events.TrainingPage, list []vector.Record, more bool) {
	size := 0
	for i, r := range list {
		record := d.record(r)
		size += sizeOf(record)
		if i > 0 && size > maxPageBytes {
			more = true
			break
		}
		page.Records = append(page.Records, record)
	}
	if more {
		last := page.Records[len(page.Records)-1].ID
		page.NextCursor = base64.RawURLEncoding.EncodeToString([]byte(cursorMark + last))
	}
}

// maxListedTables bounds the tables of a record: a page about the whole
// database names all of it.
const maxListedTables = 100

// record is a document as an answer has it.
func (d *Data) record(r vector.Record) events.TrainingRecord {
	m := r.Metadata
	record := events.TrainingRecord{
		ID: r.ID, Collection: r.Collection, Kind: strings.TrimPrefix(r.Collection, d.cfg.Prefix), Database: m.Database,
		TaskIDs: append([]string{}, m.TaskIDs...), TaskID: m.TaskID, LoadID: m.LoadID, File: m.File,
		Tables:        append([]string{}, m.Tables[:min(len(m.Tables), maxListedTables)]...),
		SchemaVersion: m.SchemaVersion, PairID: m.PairID, Verdict: m.Verdict, DeletedAt: r.DeletedAt, Reason: r.Reason,
	}
	if at, err := time.Parse(time.RFC3339Nano, m.LoadedAt); err == nil {
		record.LoadedAt = &at
	}
	if record.Kind == events.TrainingSQL {
		var pair struct{ Question, SQL string }
		if json.Unmarshal([]byte(r.Text), &pair) == nil {
			record.Question, _ = cut(pair.Question)
			record.SQL, _ = cut(pair.SQL)
		}
	}
	record.Text, record.Truncated = cut(r.Text)
	return record
}

// cut cuts a text to what an answer holds, and says whether it did.
func cut(s string) (string, bool) {
	short := text.Cut(s, events.MaxTrainingText)
	return short, len(short) < len(s)
}

// sizeOf is what a record takes in an answer.
func sizeOf(r events.TrainingRecord) int {
	data, _ := json.Marshal(r) // a record marshals
	return len(data)
}
