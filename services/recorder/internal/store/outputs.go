package store

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

type outputKey struct{ task, name string }

// output is what a batch makes of a file's row.
type output struct {
	outputKey
	file      *events.OutputRegistered // nil: no longer there
	createdAt time.Time                // when it was registered first, if it was not there before
	removed   bool                     // the earlier row goes in any case
}

// applyOutput folds an output event of a task that exists.
func (f *fold) applyOutput(e events.Event) {
	switch d := e.Data.(type) {
	case *events.OutputRegistered:
		o := f.output(d.TaskID, d.Name)
		if o.file == nil {
			o.createdAt = e.Recorded
		}
		o.file = d
		f.outputs[o.outputKey] = o
	case *events.OutputRemoved:
		o := f.output(d.TaskID, d.Name)
		o.file, o.removed = nil, true
		f.outputs[o.outputKey] = o
	}
}

func (f *fold) output(task, name string) output {
	key := outputKey{task, text(name)}
	o := f.outputs[key]
	o.outputKey = key
	return o
}

func byOutput(a, b output) int {
	return cmp.Or(cmp.Compare(a.task, b.task), cmp.Compare(a.name, b.name))
}

func queueOutputs(batch *pgx.Batch, outputs map[outputKey]output) {
	all := slices.SortedFunc(maps.Values(outputs), byOutput)
	gone := slices.DeleteFunc(slices.Clone(all), func(o output) bool { return !o.removed })
	if len(gone) > 0 {
		batch.Queue(query("outputs_delete"),
			column(gone, func(o output) string { return o.task }), column(gone, func(o output) string { return o.name }))
	}
	rows := slices.DeleteFunc(all, func(o output) bool { return o.file == nil })
	if len(rows) > 0 {
		batch.Queue(query("outputs_upsert"), outputColumns(rows))
	}
}

func outputColumns(rows []output) pgx.NamedArgs {
	return pgx.NamedArgs{
		"task_id":         column(rows, func(o output) string { return o.task }),
		"file_name":       column(rows, func(o output) string { return o.name }),
		"execution_id":    column(rows, func(o output) *string { return null(o.file.ExecutionID) }),
		"file_type":       column(rows, func(o output) string { return text(o.file.FileType) }),
		"file_path":       column(rows, func(o output) string { return text(o.file.Path) }),
		"file_size":       column(rows, func(o output) int64 { return o.file.Size }),
		"content_hash":    column(rows, func(o output) string { return o.file.SHA256 }),
		"description":     column(rows, func(o output) string { return text(o.file.Description) }),
		"created_at":      column(rows, func(o output) time.Time { return o.createdAt }),
		"modified_at":     column(rows, func(o output) time.Time { return o.file.ModifiedAt }),
		"is_primary":      column(rows, func(o output) bool { return o.file.IsPrimary }),
		"is_downloadable": column(rows, func(o output) bool { return o.file.IsDownloadable }),
	}
}
