package snapshot

import (
	"errors"
	"io/fs"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// Find is Read for a step that goes without where the task has no snapshot: it
// returns nil then. A snapshot that is not as the first step wrote it is no
// such case, since the step would take every table of the database for one of
// the task's: the error is a *steps.Error, schema_snapshot_malformed.
func Find(files fs.FS, lang events.Language) (*Snapshot, error) {
	s, err := Read(files)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, ErrMalformed):
		return nil, steps.Fail(events.ClassUser, "schema_snapshot_malformed", lang.Sprintf(
			"%s 已损坏或被改动：请重新执行 ddl_generation，或将其删除，此后不再区分哪些表属于该任务",
			"%s is damaged or was changed: run ddl_generation again, or delete the file, and nothing is known of which tables are the task's", FileName), err)
	}
	return s, err
}
