package validate

import (
	"io/fs"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/sqltext"
)

// knownSchema is the names of the tables of the task's snapshot, by which the
// tables of a statement that was changed are told; nil where there is none that
// can be read.
func knownSchema(in fs.FS) *catalog.Schema {
	taken, err := snapshot.Read(in)
	if err != nil {
		return nil
	}
	schema := &catalog.Schema{}
	for _, t := range taken.Tables {
		var parts []string
		tokens, _ := sqltext.Scan(t.Table)
		for _, token := range tokens {
			if part, ok := token.Name(); ok {
				parts = append(parts, part)
			}
		}
		if len(parts) == 2 {
			schema.Tables = append(schema.Tables, &catalog.Table{Schema: parts[0], Name: parts[1]})
		}
	}
	return schema
}

// taskTables are the tables that the task is about: those of its snapshot, or
// nil where there is none that can be read.
func taskTables(in fs.FS) map[catalog.Name]bool {
	schema := knownSchema(in)
	if schema == nil || len(schema.Tables) == 0 {
		return nil
	}
	tables := map[catalog.Name]bool{}
	for _, t := range schema.Tables {
		tables[t.FullName()] = true
	}
	return tables
}
