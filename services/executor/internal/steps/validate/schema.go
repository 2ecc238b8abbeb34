package validate

import (
	"fmt"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// knownSchema is the names of the tables of the task's snapshot, by which the
// tables of a statement are told; nil where the task has none. Errors are those
// of snapshot.Find.
func knownSchema(run *steps.Run) (*catalog.Schema, error) {
	taken, err := snapshot.Find(run.In, run.Language())
	if taken == nil || err != nil {
		return nil, err
	}
	schema := &catalog.Schema{}
	for _, t := range taken.Tables {
		name, err := catalog.ParseName(t.Table)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", snapshot.FileName, err)
		}
		schema.Tables = append(schema.Tables, &catalog.Table{Schema: name.Schema, Name: name.Name})
	}
	return schema, nil
}

// taskTables are the tables that the task is about; nil where they are not
// known.
func taskTables(schema *catalog.Schema) map[catalog.Name]bool {
	if schema == nil || len(schema.Tables) == 0 {
		return nil
	}
	tables := map[catalog.Name]bool{}
	for _, t := range schema.Tables {
		tables[t.FullName()] = true
	}
	return tables
}
