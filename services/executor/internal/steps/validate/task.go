package validate

import (
	"fmt"
	"io/fs"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
)

// Task is what has to be known of a task to judge texts that are for it.
type Task struct {
	Language events.Language
	Masking  string // as Options.Masking
	// Files are the task's, of which schema_snapshot.json says its tables. Where
	// that is not among them, all tables of the database are the task's; nil is no
	// files.
	Files fs.FS
}

// tables are those that the task is about; nil where they are not known. Errors
// are those of snapshot.Find.
func (t Task) tables() (map[catalog.Name]bool, error) {
	if t.Files == nil {
		return nil, nil
	}
	taken, err := snapshot.Find(t.Files, t.Language)
	if taken == nil || err != nil || len(taken.Tables) == 0 {
		return nil, err
	}
	tables := map[catalog.Name]bool{}
	for _, t := range taken.Tables {
		name, err := catalog.ParseName(t.Table)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", snapshot.FileName, err)
		}
		tables[name] = true
	}
	return tables, nil
}
