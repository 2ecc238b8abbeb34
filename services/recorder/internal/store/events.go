package store

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

// eventRow is an event as the audit trail keeps it.
type eventRow struct {
	events.Event
	data json.RawMessage // nil where the task is deleted
}

func (f *fold) eventRows() []eventRow {
	rows := make([]eventRow, len(f.events))
	for i, e := range f.events {
		rows[i].Event = e
		if !f.tasks[e.Task()].Deleted || e.Type() == events.TypeTaskDeleted {
			rows[i].data = jsonb(document(e.Data))
		}
	}
	return rows
}

func queueEvents(batch *pgx.Batch, rows []eventRow) {
	if len(rows) == 0 {
		return
	}
	batch.Queue(query("events_insert"), pgx.NamedArgs{
		"stream_seq":  column(rows, func(e eventRow) int64 { return bigint(e.Sequence) }),
		"type":        column(rows, func(e eventRow) string { return string(e.Type()) }),
		"task_id":     column(rows, func(e eventRow) string { return e.Task() }),
		"event_id":    column(rows, eventRow.id),
		"source":      column(rows, func(e eventRow) string { return text(e.Source) }),
		"time":        column(rows, func(e eventRow) time.Time { return e.Time }),
		"recorded_at": column(rows, func(e eventRow) time.Time { return e.Recorded }),
		"traceparent": column(rows, func(e eventRow) *string { return null(e.TraceParent) }),
		"data":        column(rows, func(e eventRow) json.RawMessage { return e.data }),
	})
}

// id is the event's; that it is a UUID was checked when it was decoded.
func (e eventRow) id() [16]byte {
	id, _ := uuid.Parse(e.ID)
	return id
}
