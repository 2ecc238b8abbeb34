package read

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
)

// Files returns a task and its registered files by name, at the time of the
// call.
func (r *Reader) Files(ctx context.Context, taskID string) (projection.Task, projection.Outputs, error) {
	s := r.load(ctx, taskID, readOutputs)
	files := s.outputs
	task, err := r.fold(ctx, taskID, s, func(_, _ projection.Task, e events.Event) {
		files = projection.ApplyOutput(files, e)
	})
	return task, files, err
}

type outputRow struct {
	Name           string    `db:"file_name"`
	ExecutionID    string    `db:"execution_id"`
	Type           string    `db:"file_type"`
	Path           string    `db:"file_path"`
	Size           int64     `db:"file_size"`
	Hash           string    `db:"content_hash"`
	Description    string    `db:"description"`
	ModifiedAt     time.Time `db:"modified_at"`
	IsPrimary      bool      `db:"is_primary"`
	IsDownloadable bool      `db:"is_downloadable"`
}

func readOutputs(ctx context.Context, tx pgx.Tx, taskID string, s *stored) error {
	rows, err := collect[outputRow](ctx, tx, "outputs", taskID)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	s.outputs = make(projection.Outputs, len(rows))
	for _, o := range rows {
		s.outputs[o.Name] = events.OutputRegistered{
			TaskID: taskID, ExecutionID: o.ExecutionID,
			File: events.File{Name: o.Name, Size: o.Size, SHA256: o.Hash},
			Path: o.Path, FileType: o.Type, Description: o.Description, ModifiedAt: o.ModifiedAt,
			IsPrimary: o.IsPrimary, IsDownloadable: o.IsDownloadable,
		}
	}
	return nil
}
